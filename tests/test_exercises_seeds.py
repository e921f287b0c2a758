"""The exercises with the data of 40 classes: what is right passes, what misses the lesson fails, whatever the seed."""

import pytest
from _exercises import SEEDS, SOURCES, answers, drawn, grader, make_exercise_data, replaced


def over_seeds(run, name, answer):
    """Return what the check of an answer raises for each of the seeds.

    A check above the data sees the same code whatever the seed: the same code is not run twice.
    """
    check_id, seen, raised = f"{answer['cell']}-check", {}, []
    for seed in range(SEEDS):
        notebook = replaced(drawn(name, seed), answer)
        ids = [grader(cell).get("grade_id") for cell in notebook.cells]
        code = tuple(cell.source for cell in notebook.cells[: ids.index(check_id) + 1])
        if code not in seen:
            seen[code] = run(notebook, only=check_id)[check_id]
        raised.append(seen[code])
    return raised


@pytest.mark.parametrize(("name", "answer"), answers("wrong", "lesson"))
def test_who_misses_the_lesson_fails_whatever_the_seed(name, answer, run):
    failed = sum(error is not None for error in over_seeds(run, name, answer))
    assert failed >= 0.95 * SEEDS


@pytest.mark.parametrize(("name", "answer"), answers("also_right", "offered"))
def test_every_offered_way_passes_whatever_the_seed(name, answer, run):
    failed = {seed: error for seed, error in enumerate(over_seeds(run, name, answer)) if error}
    assert not failed


@pytest.mark.parametrize("exercise", sorted(make_exercise_data.EXERCISES))
def test_solution_passes_with_other_seeds(exercise, run):
    """The checks above the data see the same code whatever the seed; `test_solution_passes` runs them."""
    for seed in range(SEEDS):
        notebook = drawn(exercise, seed)
        data = next(n for n, cell in enumerate(notebook.cells) if "data" in cell.metadata.get("tags", []))
        below = [grader(cell)["grade_id"] for cell in notebook.cells[data:] if grader(cell).get("grade")]
        raised = run(notebook, only=below, figures=False)
        assert raised.keys() >= {name for name in below if name.endswith("-check")}
        assert not {grade_id: error for grade_id, error in raised.items() if error}, f"seed {seed}"


def test_every_exercise_has_a_seed():
    assert sorted(make_exercise_data.EXERCISES) == [path.stem for path in SOURCES]
