"""What the course needs around the physics: figures that answer, checks of an exercise, one style for all plots.

Nothing in the physics modules imports from here; what these need beyond NumPy comes with the extra ``notebooks``.
"""
