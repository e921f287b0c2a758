"""The one shape of a fit: a frozen dataclass of named values, with their covariance as its last field."""

import numpy as np


class Fit:
    """What every fit result can say about its values."""

    @property
    def uncertainties(self):
        """Standard deviations of the fitted values, in the order of `covariance`."""
        return np.sqrt(np.diag(self.covariance))
