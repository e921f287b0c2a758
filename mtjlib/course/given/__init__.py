"""What each exercise brings along: the generator of its data, and a working stand-in for each of its steps.

One module for each exercise. A stand-in opens when the check of its step has run, so that a slip in one step costs that
step only. Data are synthetic: each generator says by which model, and why each hidden number has its size.
"""
