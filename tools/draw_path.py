"""Draw the picture on the front page: the course as one electron that tunnels from Julliere to Slonczewski.

Run `python tools/draw_path.py` to write `_static/path.svg`. The wave is the exact solution for a rectangular barrier
(flux-normalised, drawn about its own axis, not on top of the barrier), so the picture obeys the physics it advertises.
"""

from pathlib import Path

import numpy as np

from mtjlib import units

WIDTH, HEIGHT, AXIS = 760, 330, 205
LEFT, RIGHT = 300, 470  # edges of the barrier in the picture
STATIONS = [
    (62, "1", "Two currents", "Julliere 1975"),
    (205, "2", "Through the barrier", "WKB, optical theorem"),
    (385, "3", "The interface decides", "polarisation, TMR"),
    (560, "4", "Coherent filtering", "Δ1, complex bands"),
    (690, "5", "Real junctions", "disorder, diagnosis"),
]


def wave(energy=6.0, height=6.6, width=0.55, scale=170 / 0.55):
    """Real part of the scattering state, sampled in picture coordinates."""
    k = np.sqrt(energy / units.HBAR2_2M)
    kappa = np.sqrt((height - energy) / units.HBAR2_2M)
    # Match ψ and ψ' at both edges for a unit wave from the left: unknowns r, a, b, t.
    e = np.exp(kappa * width)
    matrix = np.array(
        [[-1, 1, 1, 0], [1j * k, kappa, -kappa, 0], [0, e, 1 / e, -1], [0, kappa * e, -kappa / e, -1j * k]],
        dtype=complex,
    )
    r, a, b, t = np.linalg.solve(matrix, np.array([1, 1j * k, 0, 0], dtype=complex))
    x = (np.arange(0, WIDTH + 1, 2) - LEFT) / scale
    psi = np.where(
        x < 0,
        np.exp(1j * k * x) + r * np.exp(-1j * k * x),
        np.where(
            x < width,
            a * np.exp(kappa * np.clip(x, 0, width)) + b * np.exp(-kappa * np.clip(x, 0, width)),
            t * np.exp(1j * k * (x - width)),
        ),
    )
    return LEFT + x * scale, (psi * np.exp(-0.35j)).real


def main():
    x, psi = wave()
    line = " ".join(f"{a:.0f},{AXIS - 42 * b:.1f}" for a, b in zip(x, psi, strict=True))
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="Helvetica, Arial, sans-serif">',
        "<title>The path of the course, drawn as an electron wave crossing a tunnel barrier</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="#ffffff"/>',
        f'<rect x="0" y="150" width="{LEFT}" height="110" fill="#e3eef6"/>',
        f'<rect x="{LEFT}" y="128" width="{RIGHT - LEFT}" height="132" fill="#ececec"/>',
        f'<rect x="{RIGHT}" y="150" width="{WIDTH - RIGHT}" height="110" fill="#f8e9df"/>',
        f'<line x1="0" x2="{WIDTH}" y1="{AXIS}" y2="{AXIS}" stroke="#8a8a8a" stroke-dasharray="2 4"/>',
        f'<polyline points="{line}" fill="none" stroke="#0072B2" stroke-width="2.5"/>',
    ]
    for at, letter in ((40, "F"), ((LEFT + RIGHT) / 2, "I"), (WIDTH - 40, "F")):
        out.append(f'<text x="{at:.0f}" y="282" font-size="15" text-anchor="middle" fill="#222222">{letter}</text>')
    caption = "ferromagnet, insulator, ferromagnet: next come Slonczewski's torque and what it moves"
    out.append(f'<text x="{WIDTH / 2}" y="312" font-size="13" text-anchor="middle" fill="#444444">{caption}</text>')
    for at, number, title, detail in STATIONS:
        bold = 'font-weight="bold" text-anchor="middle"'
        out += [
            f'<line x1="{at}" x2="{at}" y1="84" y2="146" stroke="#8a8a8a"/>',
            f'<circle cx="{at}" cy="66" r="17" fill="#0b5c8a"/>',
            f'<text x="{at}" y="71" font-size="15" {bold} fill="#ffffff">{number}</text>',
            f'<text x="{at}" y="24" font-size="12.5" {bold} fill="#222222">{title}</text>',
            f'<text x="{at}" y="40" font-size="11.5" text-anchor="middle" fill="#444444">{detail}</text>',
        ]
    out.append("</svg>")
    target = Path(__file__).parents[1] / "_static" / "path.svg"
    target.write_text("\n".join(out) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
