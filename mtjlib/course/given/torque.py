"""Exercise 7: formulas for the torque as they might stand in print, one misprint in each, and stand-ins for the steps.

A formula is written in the sums and differences of the two interfaces of one channel, in units of t_b².
"""

import functools
from dataclasses import dataclass

import numpy as np

from mtjlib import Barrier, Ferromagnet, Junction, interface, units
from mtjlib.course import check

WORDS = ("none", "half metals", "magnet off", "equilibrium")
FLUX = "(T1p*T2p + T1m*T2m*cos(theta))/2*(fL - fR)"
IN_PLANE = "T1m*T2p/2*(fL - fR)"
OUT_OF_PLANE = "-(T1m*x2*fL + T2m*x1*fR)"


@dataclass(frozen=True)
class Version:
    """One set of formulas in print; call it with reflections, occupations and angle to get the three numbers.

    T1p, T1m: sum and difference of the transmissions of the left interface; x1: Re(r_up - r_down) there; 2: right.
    """

    flux: str
    in_plane: str
    out_of_plane: str

    def __call__(self, r_1, r_2, f_left, f_right, angle):
        """Return the electron flux and the two torques on the right magnet."""
        values = {"fL": f_left, "fR": f_right, "theta": angle, "cos": np.cos, "sin": np.sin}
        for side, (up, down) in (("1", r_1), ("2", r_2)):
            t_up, t_down = 2 * np.imag(up), 2 * np.imag(down)
            values |= {f"T{side}p": t_up + t_down, f"T{side}m": t_up - t_down, f"x{side}": np.real(up - down)}
        lines = (self.flux, self.in_plane, self.out_of_plane)
        return tuple(eval(_compiled(text), {"__builtins__": {}}, values) for text in lines)


@functools.cache
def _compiled(text):
    return compile(text, "<printed formula>", "eval")


def misprint(kind, number, rng, scale=""):
    """Return the right formulas, or ones with a misprint that the limit `kind` convicts and the others let through."""
    flux, in_plane, out_of_plane = FLUX, IN_PLANE, OUT_OF_PLANE
    if kind == "half metals":
        # Factors of 2 and 4 are what ħ/2 and sums over spins go wrong by; a sine is what the vectors already have.
        in_plane = f"{rng.choice(['4', '2', '0.5', '0.25'])}*{IN_PLANE}" if number % 2 else f"sin(theta)*{IN_PLANE}"
    if kind == "magnet off":
        if number % 3 == 0:
            in_plane = "T1p*T2m/2*(fL - fR)"
        else:
            out_of_plane = ("", "-(T1p*x2*fL + T2m*x1*fR)", "-(T1m*x2*fL + T2p*x1*fR)")[number % 3]
    if kind == "equilibrium":
        # A slip of the size of two unlike angles of 0.2 to 0.5 rad, or the way back forgotten.
        in_plane = f"T1m*T2p/2*(fL - {rng.uniform(0.85, 0.98):.2f}*fR)" if number % 2 else "T1m*T2p/2*fL*(1 - fR)"
    return Version(*(f"{scale}{text}" for text in (flux, in_plane, out_of_plane)))


def versions(seed, count):
    """Return `count` printed versions that nobody has seen: pairs of (version,) and the limit that convicts it."""
    rng = np.random.default_rng([seed, 7])
    drawn = []
    for number in range(count):
        kind = WORDS[number % 4]
        scale = rng.choice(["", "2*", "0.5*", "0.0397887*"])  # units: what all three lines share is no misprint
        drawn.append(((misprint(kind, number // 4, rng, scale),), kind))
    return drawn


def device(rng):
    """Return the two splittings and the height of the barrier of an unequal junction."""
    left = round(rng.uniform(3.6, 4.2), 2)  # eV; iron's 3.825 is in between. T_1^- must not be near its change of sign,
    right = round(rng.uniform(2.2, 3.0), 2)  # and the right magnet is weaker, so that exchanging the two is seen.
    return left, right, round(rng.uniform(0.9, 1.2), 2)  # eV, MgO between metals: about 1


def junction(left, right, height):
    """Return the junction of these splittings (eV) and barrier height (eV), 1 nm thick."""
    return Junction(Ferromagnet(4.5, left), Barrier(height, 1.0, 0.4), Ferromagnet(4.5, right))


def interfaces(junction, q):
    """Return r_1, r_2 (majority and minority, arrays like `q` in 1/nm) and t_b² at the Fermi level, without bias."""
    q, oxide = np.asarray(q, float), junction.barrier
    kappa = np.sqrt(oxide.mass * oxide.height / units.HBAR2_2M + q**2)

    def reflections(metal):
        bottoms = np.array([0.0, metal.exchange_splitting]).reshape(2, *[1] * q.ndim)
        k = interface.wavevector(metal.fermi_energy - bottoms - units.HBAR2_2M * q**2)
        return interface.reflection(k, kappa, oxide.mass)

    return reflections(junction.left), reflections(junction.right), np.exp(-2 * kappa * oxide.width)


@check.stand_in("1 torques")
def torques(r_1, r_2, f_left, f_right, angle):
    """Return flux and torques of one channel."""
    return Version(FLUX, IN_PLANE, OUT_OF_PLANE)(r_1, r_2, f_left, f_right, angle)


@check.stand_in("2 convict")
def convict(formula):
    """Return the limit that convicts the formulas, or "none"."""
    one, other = np.array([-0.28 + 0.96j, 0.8 + 0.6j]), np.array([0.6 + 0.8j, 0.96 + 0.28j])
    half, off = np.array([0.6 + 0.8j, 0.25]), np.array([0.6 + 0.8j] * 2)
    flux, torque, _ = formula(half, half, 1.0, 0.0, 0.7)
    if abs(torque / flux * (1 + np.cos(0.7)) - 1) > 1e-3:
        return "half metals"
    left = [formula(off, other, *f, 0.7) for f in ((1.0, 0.0), (0.0, 1.0))]
    right = [formula(one, off, *f, 0.7)[2] for f in ((1.0, 0.0), (0.0, 1.0))]
    if np.abs([*[x for three in left for x in three[1:]], *right]).max() > 1e-9:
        return "magnet off"
    return "equilibrium" if max(abs(formula(one, other, f, f, 0.7)[1]) for f in (0.5, 1.0)) > 1e-9 else "none"
