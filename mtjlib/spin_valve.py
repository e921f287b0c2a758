r"""Current-induced torque in a metallic spin valve: diffusion of spin, drawn as an electric circuit.

.. code-block:: text

    F1 (semi-infinite) | N (spacer) | F2 (free) | N (semi-infinite lead)
                       0            d0         d0+d2                     --> x

Spin diffuses in the layers, and a ferromagnet absorbs the transverse spin right at its interface (Barnaś, Fert,
Gmitra, Weymann and Dugaev, Phys. Rev. B 72, 024426 (2005)). Everything outside the spacer then acts on it like a *spin
battery*: each magnet is an electromotive force V along its spin, an impedance Z for the spin current along it, and an
impedance :math:`1/2G_{\uparrow\downarrow}` for the spin current across it. Two batteries whose axes make an angle φ
drive one spin current through each other; what F2 absorbs of it is the torque.

Directions. x is normal to the layers; F1's net spin is Ŝ = ẑ, and F2's is ŝ = (0, -sin φ, cos φ): turned by φ about x.

Sign of the current, in words: for I0 > 0 charge flows from left to right, so electrons flow from right to left, from
the free layer to the thick one. All results are per unit of such a current: torques in ħI0/e, spin currents (of
particles, two per ħ) in I0/e, accumulations as voltages g/eI0 in Ω m², with e > 0. The particle current is then -1.

Units: resistivities in µΩ cm, lengths in nm, resistances times area in Ω m², conductances per area in S/m².

Accuracy: 1e-6 of every result, also of one that a thick spacer or a thin free layer makes small, except where it passes
through zero because two batteries balance (then of what either drives).
"""

from dataclasses import dataclass, replace

import numpy as np

from mtjlib import units
from mtjlib._validate import device, real, set_floats

__all__ = [
    "Interface",
    "Magnet",
    "Metal",
    "Solution",
    "SpinValve",
    "closed_form",
    "co_cu",
    "critical_angle",
    "gmr",
    "sharvin_mixing_conductance",
    "solve",
]
__dir__ = __all__.copy

_MICROOHM_CM_NM = 1e-17  # one µΩ cm times one nm, in Ω m²


@dataclass(frozen=True)
class Metal:
    r"""A normal metal.

    Parameters
    ----------
    resistivity : float
        :math:`\rho^*` in µΩ cm, > 0.
    diffusion_length : float
        :math:`l_{sf}` in nm, > 0.

    Examples
    --------
    >>> Metal(resistivity=0.5, diffusion_length=1000)
    Metal(resistivity=0.5, diffusion_length=1000.0)
    """

    resistivity: float
    diffusion_length: float

    def __post_init__(self):
        set_floats(self, resistivity=("(0, inf)", "uOhm cm"), diffusion_length=("(0, inf)", "nm"))

    @property
    def impedance(self):
        r"""Spin impedance :math:`\rho^*l_{sf}` of a semi-infinite piece, in Ω m²."""
        return self.resistivity * self.diffusion_length * _MICROOHM_CM_NM


@dataclass(frozen=True)
class Magnet(Metal):
    r"""A ferromagnetic metal, :math:`\rho_{\uparrow(\downarrow)} = 2\rho^*(1\mp\beta)`.

    Parameters
    ----------
    resistivity, diffusion_length : float
        As in `Metal`.
    asymmetry : float
        :math:`\beta` in (-1, 1); positive if the majority spins are scattered less.

    Examples
    --------
    >>> Magnet(5.1, 60, asymmetry=1.5)
    Traceback (most recent call last):
    ...
    ValueError: asymmetry must lie in (-1, 1), got 1.5
    """

    asymmetry: float = 0.0

    def __post_init__(self):
        super().__post_init__()
        set_floats(self, asymmetry=("(-1, 1)", ""))


@dataclass(frozen=True)
class Interface:
    r"""An interface between a ferromagnet and a normal metal, without spin flip.

    Parameters
    ----------
    resistance : float
        :math:`R^*` in Ω m², ≥ 0, with :math:`R_{\uparrow(\downarrow)} = 2R^*(1\mp\gamma)`.
    asymmetry : float
        :math:`\gamma` in (-1, 1).
    mixing_conductance : complex
        :math:`G_{\uparrow\downarrow}` in S/m²; the real part is positive.

    Examples
    --------
    >>> Interface(0.52e-15, 0.76, 0.542e15 + 0.016e15j).asymmetry
    0.76
    >>> Interface(0.52e-15, 0.76, mixing_conductance=-1e15)
    Traceback (most recent call last):
    ...
    ValueError: mixing_conductance must be finite with a positive real part, in S/m^2, got -1000000000000000.0
    """

    resistance: float
    asymmetry: float
    mixing_conductance: complex

    def __post_init__(self):
        set_floats(self, resistance=("[0, inf)", "Ohm m^2"), asymmetry=("(-1, 1)", ""))
        value = np.asarray(self.mixing_conductance)
        if value.ndim or value.dtype.kind not in "iufc":
            raise TypeError(f"mixing_conductance must be a single complex number, got {self.mixing_conductance!r}")
        if not (np.isfinite(value) and value.real > 0):
            raise ValueError(
                "mixing_conductance must be finite with a positive real part, in S/m^2, "
                f"got {self.mixing_conductance!r}"
            )
        object.__setattr__(self, "mixing_conductance", complex(self.mixing_conductance))


@dataclass(frozen=True)
class SpinValve:
    r"""The stack F1 \| N \| F2 \| N lead.

    Parameters
    ----------
    left : Magnet
        F1, semi-infinite.
    spacer : Metal
    right : Magnet
        F2, the free layer.
    lead : Metal
        Semi-infinite.
    left_interface, right_interface, lead_interface : Interface
        F1/N, N/F2 and F2/lead. F2 has absorbed the transverse spin before the last one, whose mixing conductance
        therefore plays no part.
    spacer_thickness, right_thickness : float
        :math:`d_0` and :math:`d_2` in nm, > 0.

    Examples
    --------
    >>> co_cu().spacer_thickness
    10.0
    """

    left: Magnet
    spacer: Metal
    right: Magnet
    lead: Metal
    left_interface: Interface
    right_interface: Interface
    lead_interface: Interface
    spacer_thickness: float
    right_thickness: float

    def __post_init__(self):
        kinds = {"left": Magnet, "spacer": Metal, "right": Magnet, "lead": Metal}
        kinds |= {f"{name}_interface": Interface for name in ("left", "right", "lead")}
        for name, kind in kinds.items():
            if not isinstance(getattr(self, name), kind):
                raise TypeError(f"{name} must be a {kind.__name__}, got {getattr(self, name)!r}")
        for name in ("spacer", "lead"):
            if getattr(getattr(self, name), "asymmetry", 0.0):
                raise ValueError(f"{name} must be a normal metal, got {getattr(self, name)!r}")
        set_floats(self, spacer_thickness=("(0, inf)", "nm"), right_thickness=("(0, inf)", "nm"))

    def with_asymmetries(self, left=None, right=None):
        r"""The same valve with other spin asymmetries.

        Parameters
        ----------
        left, right : (float, float) or None
            (β, γ) of the thick and of the free layer; the free layer has two interfaces. None leaves a side alone.

        Examples
        --------
        >>> inverse = co_cu().with_asymmetries(right=(-0.51, -0.76))
        >>> inverse.right.asymmetry, inverse.lead_interface.asymmetry, inverse.left.asymmetry
        (-0.51, -0.76, 0.51)
        """
        changes = {}
        for names, pair in ((("left",), left), (("right", "lead"), right)):
            if pair is not None:
                β, γ = pair
                changes[names[0]] = replace(getattr(self, names[0]), asymmetry=β)
                changes |= {f"{n}_interface": replace(getattr(self, f"{n}_interface"), asymmetry=γ) for n in names}
        return replace(self, **changes)

    def with_mixing_conductance(self, value):
        """The same valve with another mixing conductance (S/m²) at every interface.

        Examples
        --------
        >>> co_cu().with_mixing_conductance(0.542e15).right_interface.mixing_conductance
        (542000000000000+0j)
        """
        names = ("left_interface", "right_interface", "lead_interface")
        return replace(self, **{name: replace(getattr(self, name), mixing_conductance=value) for name in names})


def co_cu():
    r"""The Co/Cu/Co valve of Barnaś et al., Fig. 2.

    Two numbers are misprinted in the paper and read here as the physics demands: :math:`l_{Cu}=10^3` nm (printed 103)
    and :math:`G_{\uparrow\downarrow}=(0.542+0.016i)\cdot10^{15}` S/m² (printed with :math:`10^{-15}` Ω m²). The paper
    does not say what the F2/lead interface is like; it is taken like the others.

    Examples
    --------
    >>> round(float(gmr(co_cu())), 3)
    0.418
    """
    co, cu = Magnet(resistivity=5.1, diffusion_length=60.0, asymmetry=0.51), Metal(0.5, 1000.0)
    face = Interface(resistance=0.52e-15, asymmetry=0.76, mixing_conductance=0.542e15 + 0.016e15j)
    return SpinValve(co, cu, co, cu, face, face, face, spacer_thickness=10.0, right_thickness=10.0)


def sharvin_mixing_conductance(fermi_energy):
    r"""Mixing conductance of a free-electron interface that absorbs every transverse spin.

    .. math:: G^{Sh}_{\uparrow\downarrow} = \frac{e^2k_F^2}{4\pi h}

    Source: Barnaś et al., Sec. V. The flux :math:`v_F\rho(E_F)` in the units of their Fig. 6(a) is four times this.

    Parameters
    ----------
    fermi_energy : float or array_like
        In eV, > 0.

    Returns
    -------
    float or ndarray
        In S/m².

    Examples
    --------
    >>> round(float(0.925 * sharvin_mixing_conductance(7.0)) / 1e15, 3)
    0.524
    """
    k_squared = real("fermi_energy", fermi_energy, "(0, inf)", "eV") / units.HBAR2_2M * 1e18
    return units.CONDUCTANCE_QUANTUM * k_squared / (4 * np.pi)


def _behind(layer, thickness, load):
    r"""Impedance of a `load` seen through a layer, and the factor by which an EMF behind the layer is weakened.

    As on a transmission line: with :math:`r=\rho^*l` and :math:`T=\tanh(d/l)`, Z appears as :math:`r(Z+rT)/(r+ZT)`.
    """
    r, depth = layer.impedance, thickness / layer.diffusion_length
    t = np.tanh(depth)
    sech = 2 * np.exp(-depth) / (1 + np.exp(-2 * depth))
    return r * (load + r * t) / (r + load * t), sech * r / (r + load * t)


def _into(layer, thickness, load, current, emf):
    """Current at the load's end of a layer, given the current at the other end and the EMF in series with the load."""
    r, t = layer.impedance, np.tanh(thickness / layer.diffusion_length)
    return _behind(layer, thickness, load)[1] * current + emf * t / (r + load * t)


def _f1_end(valve):
    """F1 and its interface as the spacer sees them: g = emf - impedance * j along its spin, -mixing * j across it."""
    f1, interface = valve.left, valve.left_interface
    emf = f1.impedance * f1.asymmetry + interface.resistance * interface.asymmetry
    return f1.impedance + interface.resistance, emf, 1 / (2 * interface.mixing_conductance)


def _lead_end(valve):
    """The lead and its interface as F2 sees them: g = impedance * (j - β) + emf."""
    interface, β = valve.lead_interface, valve.right.asymmetry
    impedance = valve.lead.impedance + interface.resistance
    return impedance, impedance * β - interface.resistance * interface.asymmetry


@dataclass(frozen=True)
class _Circuit:
    """Two batteries that meet at N/F2: impedance across (z) and along (Z) the own spin, electromotive force (V).

    Battery 1 is everything left of the interface, battery 2 the interface and everything right of it. `difference` is
    Z1 - Re z1, which a thick spacer makes so small that it must not be subtracted.
    """

    z1: complex
    Z1: float
    V1: float
    z2: complex
    Z2: float
    V2: float
    difference: float


def _circuit(valve):
    """Batteries of a valve. What a thick spacer or a thin free layer makes small is written so that nothing cancels."""
    device("valve", valve, SpinValve)
    impedance, emf, mixing = _f1_end(valve)
    source, weaker = _behind(valve.spacer, valve.spacer_thickness, impedance)
    across, weaker_across = _behind(valve.spacer, valve.spacer_thickness, mixing)
    across = complex(across.real, abs(weaker_across) ** 2 * mixing.imag)
    difference = (weaker * weaker_across * (impedance - mixing)).real
    impedance, _ = _lead_end(valve)
    load, share = _behind(valve.right, valve.right_thickness, impedance)
    interface, at_lead, r = valve.right_interface, valve.lead_interface, valve.right.impedance
    depth = valve.right_thickness / valve.right.diffusion_length
    t = np.tanh(depth)
    emf_right = (
        interface.resistance * interface.asymmetry
        + share * at_lead.resistance * at_lead.asymmetry
        + valve.right.asymmetry * r * t * (r + impedance * np.tanh(depth / 2)) / (r + impedance * t)
    )
    into = 1 / (2 * interface.mixing_conductance)
    return _Circuit(across, source, emf * weaker, into, load + interface.resistance, emf_right, difference)


def _profile(x, start, end, thickness, length):
    """Solution of y'' = y/length² with y(0) = start, y(thickness) = end, for 0 <= x <= thickness."""

    def share(distance):  # sinh(distance/l)/sinh(d/l) without overflow
        fall = np.exp((distance - thickness) / length)
        return fall * np.expm1(-2 * distance / length) / np.expm1(-2 * thickness / length)

    return share(thickness - x) * start + share(x) * end


def _lab(along, across_y, across_x, angle):
    """Components in the frame of F1 of a vector given in the frame of F2."""
    s, c = np.sin(angle), np.cos(angle)
    return np.stack(np.broadcast_arrays(across_x, c * across_y - s * along, s * across_y + c * along), axis=-1)


@dataclass(frozen=True, eq=False, repr=False)
class Solution:
    r"""What `solve` found, per unit of charge current I0 > 0 (electrons flow from right to left).

    Attributes
    ----------
    valve : SpinValve
    angle : ndarray
        φ in rad.
    torque_in_plane, torque_out_of_plane : float or ndarray
        The coefficients :math:`N_\parallel,N_\perp` of the torque on F2,
        :math:`N_\parallel\,m_2\times(m_1\times m_2)+N_\perp\,m_1\times m_2` with :math:`m_1=\hat S,\ m_2=\hat s`, in
        ħI0/e. Finite at φ = 0 and π, where the torque itself vanishes. Barnaś et al. write
        :math:`a\,\hat s\times(\hat s\times\hat S)+b\,\hat s\times\hat S`: :math:`a=-N_\parallel,\ b=-N_\perp`.
    resistance : float or ndarray
        In Ω m²: everything between the two semi-infinite pieces, and what the spin accumulation adds inside them.
    """

    valve: SpinValve
    angle: np.ndarray
    torque_in_plane: np.ndarray
    torque_out_of_plane: np.ndarray
    resistance: np.ndarray
    _accumulations: tuple
    _currents: tuple

    @property
    def tau_phi(self):
        r"""Component :math:`\tau_\varphi = -N_\parallel\sin\varphi` in ħI0/e; positive where it increases φ."""
        return -self.torque_in_plane * np.sin(self.angle)

    @property
    def tau_x(self):
        r"""Component :math:`\tau_x = N_\perp\sin\varphi` in ħI0/e, along x."""
        return self.torque_out_of_plane * np.sin(self.angle)

    def accumulation(self, x):
        r"""Spin accumulation :math:`\mathbf g(x)` as a voltage per current, :math:`\mathbf g/eI_0`.

        Parameters
        ----------
        x : float or array_like
            Position in nm, from the F1/N interface; broadcasts against the angle. The spacer includes both its faces.

        Returns
        -------
        ndarray, shape (..., 3)
            In Ω m², components in the frame of F1 (ẑ = its net spin).

        Examples
        --------
        >>> valve = co_cu()
        >>> parallel, antiparallel = np.abs(solve(valve, [0.0, np.pi]).accumulation(5.0)[:, 2])
        >>> bool(antiparallel > parallel)
        True
        """
        return self._field(x, self._accumulations, 0.0)

    def spin_current(self, x):
        r"""Spin current :math:`\mathbf j(x)` of particles along x, in units of I0/e.

        Far inside F1 it is -β ẑ: the particle current itself is -1 in this unit. A spin current of 1 carries ħ/2.

        Parameters
        ----------
        x : float or array_like
            As in `accumulation`.

        Returns
        -------
        ndarray, shape (..., 3)

        Examples
        --------
        The torque is what F2 absorbs of it, :math:`\tau=\frac\hbar2 j_\perp` at the N/F2 interface:

        >>> at_half_pi = solve(co_cu(), np.pi / 2)
        >>> bool(np.isclose(at_half_pi.spin_current(10.0)[0] / 2, at_half_pi.tau_x))
        True
        """
        return self._field(x, self._currents, -1.0)

    def potential(self, x):
        r"""Electrochemical potential of the electrons, averaged over the spins, as a voltage per current.

        .. math:: \frac{d\mu_0}{dx} = \rho^*\,(1+\beta\,j_z), \qquad
                  \mu_0^{\text{right}}-\mu_0^{\text{left}} = R^*\,(1+\gamma\,j_z)

        in the layers and at the interfaces, with the spin current :math:`j_z` along the magnet's own spin in the unit
        of `spin_current`. Source: Barnaś et al., Eqs. (6), (7) and (33). It counts from the straight line of F1's far
        interior, prolonged to the F1/N interface; prolonged in the same way, the line of the lead lies higher by
        ``resistance``.

        Parameters
        ----------
        x : float or array_like
            Position in nm, from the F1/N interface; broadcasts against the angle.

        Returns
        -------
        float or ndarray
            :math:`\mu_0/eI_0` in Ω m².

        Examples
        --------
        >>> solution = solve(co_cu(), np.pi / 2)
        >>> bool(np.isclose(solution.potential(20.0 + 1e-9), solution.resistance))
        True
        """
        valve, (in_left, _, _, enter, leave, _) = self.valve, self._accumulations
        j_left, _, _, j_enter, j_leave, _ = self._currents
        x, _ = np.broadcast_arrays(real("x", x, unit="nm"), self.angle)
        d0, d2, β1, β2 = valve.spacer_thickness, valve.right_thickness, valve.left.asymmetry, valve.right.asymmetry

        def jump(interface, current):
            return interface.resistance * (1 + interface.asymmetry * current)

        def ohmic(layer, asymmetry, distance):
            return layer.resistivity * (1 - asymmetry**2) * distance * _MICROOHM_CM_NM

        inside = np.clip(x - d0, 0, d2)
        g_f1 = in_left * np.exp(np.minimum(x, 0) / valve.left.diffusion_length)
        g_f2 = _profile(inside, enter, leave, d2, valve.right.diffusion_length)
        at_spacer = -β1 * in_left + jump(valve.left_interface, j_left)
        at_f2 = at_spacer + ohmic(valve.spacer, 0.0, d0) + jump(valve.right_interface, j_enter)
        f2 = at_f2 + β2 * (enter - g_f2) + ohmic(valve.right, β2, inside)
        lead = f2 + jump(valve.lead_interface, j_leave) + ohmic(valve.lead, 0.0, x - d0 - d2)
        f1 = -β1 * g_f1 + ohmic(valve.left, β1, x)
        spacer = at_spacer + ohmic(valve.spacer, 0.0, x)
        return np.select([x < 0, x <= d0, x <= d0 + d2], [f1, spacer, f2], lead)[()]

    def _field(self, x, ends, particle_current):
        """Spin accumulation (or spin current) at x, from its values at the faces of every layer."""
        valve, (in_left, start, end, enter, leave, in_lead) = self.valve, ends
        x, angle = np.broadcast_arrays(real("x", x, unit="nm"), self.angle)
        d0, d2 = valve.spacer_thickness, valve.right_thickness
        far = particle_current * valve.left.asymmetry
        inside = particle_current * valve.right.asymmetry
        f1 = far + (in_left - far) * np.exp(np.minimum(x, 0) / valve.left.diffusion_length)
        f2 = inside + _profile(np.clip(x - d0, 0, d2), enter - inside, leave - inside, d2, valve.right.diffusion_length)
        out = in_lead * np.exp(-np.maximum(x - d0 - d2, 0) / valve.lead.diffusion_length)
        spacer = _profile(np.clip(x, 0, d0)[..., None], start, end, d0, valve.spacer.diffusion_length)
        along_f2 = np.where(x > d0 + d2, out, f2)
        return np.where(
            (x < 0)[..., None],
            _lab(f1, 0.0, 0.0, 0.0 * angle),
            np.where((x > d0)[..., None], _lab(along_f2, 0.0, 0.0, angle), spacer),
        )


def solve(valve, angle):
    r"""Solve the diffusion equations and the boundary conditions at every angle in one batched linear solve.

    At the N/F2 interface the two batteries (see the module) drive the spin current **j**, in the frame of F2,

    .. math:: \bigl[\mathsf R_\varphi\mathsf Z_1\mathsf R_\varphi^T+\mathsf Z_2\bigr]\,\mathbf j
              = \bigl(V_1\,\mathsf R_\varphi\hat z+V_2\,\hat z\bigr)\,j_0,\qquad
              \mathsf Z_i = \begin{pmatrix}\mathrm{Re}\,z_i&-\mathrm{Im}\,z_i&0\\
              \mathrm{Im}\,z_i&\mathrm{Re}\,z_i&0\\ 0&0&Z_i\end{pmatrix}.

    The transverse components are proportional to sin φ, so the code solves for :math:`(j_x,j'_y)/\sin\varphi` and
    :math:`j'_z`: nothing is 0/0 in the collinear states. This is the system of Barnaś et al. (13 constants,
    Eqs. (33)–(36) at every interface) after elimination of what each layer knows by itself.

    Parameters
    ----------
    valve : SpinValve
    angle : float or array_like
        φ in rad, any shape.

    Returns
    -------
    Solution

    Examples
    --------
    >>> solution = solve(co_cu(), [0.0, np.pi / 2, np.pi])
    >>> solution.tau_phi.round(3), solution.torque_in_plane.round(3)
    (array([0.   , 0.215, 0.   ]), array([-0.285, -0.215, -0.432]))
    """
    angle = real("angle", angle, unit="rad")
    circuit = _circuit(valve)
    z, w, load, emf_right = circuit.z1, circuit.z2, circuit.Z2, circuit.V2
    s, c = np.sin(angle), np.cos(angle)
    β, β2 = valve.left.asymmetry, valve.right.asymmetry

    matrix = np.empty((*angle.shape, 3, 3))
    matrix[..., 0, 0] = z.real + w.real
    matrix[..., 0, 1] = -c * z.imag - w.imag
    matrix[..., 0, 2] = z.imag
    matrix[..., 1, 0] = c * z.imag + w.imag
    matrix[..., 1, 1] = c**2 * z.real + s**2 * circuit.Z1 + w.real
    matrix[..., 1, 2] = c * circuit.difference
    matrix[..., 2, 0] = -(s**2) * z.imag
    matrix[..., 2, 1] = s**2 * c * circuit.difference
    matrix[..., 2, 2] = s**2 * z.real + c**2 * circuit.Z1 + load
    drive = np.zeros((*angle.shape, 3, 1))
    drive[..., 1, 0] = circuit.V1
    drive[..., 2, 0] = c * circuit.V1 + emf_right
    wx, wy, along = np.moveaxis(np.linalg.solve(matrix, drive)[..., 0], -1, 0)

    # faces of the layers, still per particle current j0 = +1
    across = s * (wx + 1j * wy)
    g_across = w * across
    j_end = _lab(along, across.imag, across.real, angle)
    g_end = _lab(load * along - emf_right, g_across.imag, g_across.real, angle)
    d0, d2 = valve.spacer_thickness, valve.right_thickness
    z_left, emf_left, mixing = _f1_end(valve)
    j_across = _into(valve.spacer, d0, mixing, j_end[..., 0] + 1j * j_end[..., 1], 0.0)
    j_left = _into(valve.spacer, d0, z_left, j_end[..., 2], emf_left)
    g_across = -mixing * j_across
    j_start = _lab(j_left, j_across.imag, j_across.real, 0.0)
    g_start = _lab(emf_left - z_left * j_left, g_across.imag, g_across.real, 0.0)
    g_left = valve.left.impedance * (β - j_left)

    at_left, at_right, at_lead = valve.left_interface, valve.right_interface, valve.lead_interface
    g_enter = load * along - emf_right - at_right.resistance * (along - at_right.asymmetry)
    z_lead, emf_lead = _lead_end(valve)
    diffusive = _into(valve.right, d2, z_lead, along - β2, -emf_lead)
    j_leave = diffusive + β2
    g_leave = z_lead * diffusive + emf_lead
    g_lead = valve.lead.impedance * j_leave

    resistance = (
        β * g_left
        + at_left.resistance * (1 - at_left.asymmetry * j_left)
        + valve.spacer.resistivity * d0 * _MICROOHM_CM_NM
        + at_right.resistance * (1 - at_right.asymmetry * along)
        + valve.right.resistivity * d2 * (1 - β2**2) * _MICROOHM_CM_NM
        + β2 * (g_leave - g_enter)
        + at_lead.resistance * (1 - at_lead.asymmetry * j_leave)
    )
    # I0 > 0 is a particle current of -1
    accumulations = tuple(-g for g in (g_left, g_start, g_end, g_enter, g_leave, g_lead))
    currents = tuple(-j for j in (j_left, j_start, j_end, along, j_leave, j_leave))
    return Solution(valve, angle, -wy / 2, -wx / 2, resistance, accumulations, currents)


def gmr(valve):
    r"""Giant magnetoresistance :math:`(R_{AP}-R_P)/R_P` of the collinear states, a fraction.

    .. math:: R_{AP}-R_P = \frac{4V_1V_2}{Z_1+Z_2}

    with the batteries of `solve`: each pays with its voltage for the spin current that both drive. The semi-infinite
    pieces count only with what the spin accumulation adds in them, as in `Solution.resistance`.

    Examples
    --------
    >>> round(float(gmr(co_cu().with_asymmetries(right=(-0.51, -0.76)))), 3)
    -0.295
    """
    circuit = _circuit(valve)
    return 4 * circuit.V1 * circuit.V2 / (circuit.Z1 + circuit.Z2) / solve(valve, 0.0).resistance


def closed_form(valve, angle):
    r"""The in-plane torque for a real mixing conductance, where three equations become two.

    .. math:: N_\parallel = -\frac{\hbar I_0}{2e}\,
        \frac{V_1(Z_2+z_1)+V_2(z_1-Z_1)\cos\varphi}{(z_1+z_2)(Z_1+Z_2)+(Z_1-z_1)(Z_2-z_2)\sin^2\varphi}

    with the batteries of `solve`. Only the angle between the batteries enters: this is the metallic cousin of
    Slonczewski's formula for the torque.

    Parameters
    ----------
    valve : SpinValve
        With Im G = 0 at F1/N and N/F2.
    angle : float or array_like
        φ in rad.

    Returns
    -------
    float or ndarray
        :math:`N_\parallel` in ħI0/e, as `Solution.torque_in_plane`. There is no out-of-plane torque.

    Raises
    ------
    ValueError
        If a mixing conductance has an imaginary part.

    Examples
    --------
    >>> valve = co_cu().with_mixing_conductance(0.542e15)
    >>> bool(np.isclose(closed_form(valve, 1.0), solve(valve, 1.0).torque_in_plane))
    True
    """
    k = _circuit(valve)
    if k.z1.imag or k.z2.imag:
        raise ValueError("valve must have real mixing conductances for the closed form")
    z1, z2 = k.z1.real, k.z2.real
    angle = real("angle", angle, unit="rad")
    drive = k.V1 * (k.Z2 + z1) - k.V2 * k.difference * np.cos(angle)
    return -drive / (2 * ((z1 + z2) * (k.Z1 + k.Z2) + k.difference * (k.Z2 - z2) * np.sin(angle) ** 2))


def critical_angle(valve):
    r"""Angle :math:`0<\varphi_c<\pi` at which the in-plane torque changes sign, or nan where it does not.

    By Cramer's rule the numerator of :math:`N_\parallel` is linear in cos φ for any mixing conductance, so there is at
    most one:

    .. math:: \cos\varphi_c = \frac
        {V_1\,[\mathrm{Re}(z_1+z_2)(Z_2+\mathrm{Re}z_1)+(\mathrm{Im}z_1)^2]+V_2\,\mathrm{Im}z_1\mathrm{Im}z_2}
        {V_2\,[\mathrm{Re}(z_1+z_2)(Z_1-\mathrm{Re}z_1)-(\mathrm{Im}z_1)^2]-V_1\,\mathrm{Im}z_1\mathrm{Im}z_2}

    If it exists, a current of one sign destabilises both collinear states, and a current of the other sign stabilises
    both.

    Returns
    -------
    float
        In rad.

    Examples
    --------
    >>> round(critical_angle(co_cu().with_asymmetries(left=(0.1, -0.1))) / np.pi, 3)
    0.281
    >>> critical_angle(co_cu())
    nan
    """
    k = _circuit(valve)
    re, im = (k.z1 + k.z2).real, k.z1.imag
    constant = k.V1 * (re * (k.Z2 + k.z1.real) + im**2) + k.V2 * im * k.z2.imag
    slope = k.V2 * (re * k.difference - im**2) - k.V1 * im * k.z2.imag
    return float(np.arccos(constant / slope)) if abs(constant) < abs(slope) else float("nan")
