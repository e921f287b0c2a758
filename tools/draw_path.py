"""Draw the picture on the front page: the course as one electron that tunnels from Julliere to Slonczewski and back.

Run `python tools/draw_path.py` to write `_static/path.svg`. The wave is the exact solution for a rectangular barrier
(flux-normalised, drawn about its own axis, not on top of the barrier), so the picture obeys the physics it advertises.
"""

from pathlib import Path

import numpy as np

from mtjlib import units

WIDTH, HEIGHT, AXIS = 760, 400, 200
LEFT, RIGHT = 300, 470  # edges of the barrier in the picture
PART_I = [
    (62, "1", "Two currents", "Julliere 1975"),
    (205, "2", "Through the barrier", "WKB, optical theorem"),
    (385, "3", "The interface decides", "polarisation, TMR"),
    (560, "4", "Coherent filtering", "Δ1, complex bands"),
    (690, "5", "Real junctions", "disorder, diagnosis"),
]
PART_II = [
    (676, "6", "Scattering with spin", "spinors, currents"),
    (545, "7", "The torque", "absorbed spin"),
    (385, "8", "Symmetry", "what it allows"),
    (215, "9", "Bias and thickness", "where it vanishes"),
    (72, "10", "Quantum wells", "periods, aliases"),
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
    # Colours as Matplotlib writes them: the page turns them into those of its theme (_ext/mtjfigures.py).
    blue, vermilion, ink, grey = "fill:#0072b2", "fill:#b84a00", "fill:#222222", "stroke:#8a8a8a"
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{0.72 * WIDTH}pt" '
        f'height="{0.72 * HEIGHT}pt" role="img" font-family="Helvetica, Arial, sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" style="fill:#ffffff"/>',
        f'<rect x="0" y="145" width="{LEFT}" height="110" style="{blue};fill-opacity:0.12"/>',
        f'<rect x="{LEFT}" y="123" width="{RIGHT - LEFT}" height="132" style="{ink};fill-opacity:0.1"/>',
        f'<rect x="{RIGHT}" y="145" width="{WIDTH - RIGHT}" height="110" style="{vermilion};fill-opacity:0.12"/>',
        f'<line x1="0" x2="{WIDTH}" y1="{AXIS}" y2="{AXIS}" style="{grey}" stroke-dasharray="2 4"/>',
        f'<polyline points="{line}" style="fill:none;stroke:#0072b2" stroke-width="2.5"/>',
    ]
    for at, letter in ((14, "F"), (LEFT + 14, "I"), (WIDTH - 14, "F")):
        out.append(f'<text x="{at:.0f}" y="248" font-size="15" text-anchor="middle" style="{ink}">{letter}</text>')
    for stations, circle, title_at, ends in ((PART_I, 66, 24, (84, 140)), (PART_II, 334, 372, (316, 260))):
        for at, number, title, detail in stations:
            bold = 'font-weight="bold" text-anchor="middle"'
            out += [
                f'<line x1="{at}" x2="{at}" y1="{ends[0]}" y2="{ends[1]}" style="{grey}"/>',
                f'<circle cx="{at}" cy="{circle}" r="17" style="{blue if stations is PART_I else vermilion}"/>',
                f'<text x="{at}" y="{circle + 5}" font-size="15" {bold} style="fill:#ffffff">{number}</text>',
                f'<text x="{at}" y="{title_at}" font-size="12.5" {bold} style="{ink}">{title}</text>',
                f'<text x="{at}" y="{title_at + 16}" font-size="11.5" text-anchor="middle" style="{ink}">'
                f"{detail}</text>",
            ]
    out.append("</svg>")
    target = Path(__file__).parents[1] / "_static" / "path.svg"
    target.write_text("\n".join(out) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
