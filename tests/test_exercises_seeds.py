"""The exercises with the data of 40 classes: what is right passes, what misses the lesson fails, whatever the seed.

The two classes at the end share the exercises, so that two workers can.
"""

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


def pytest_generate_tests(metafunc):
    """Give each class the answers to its own exercises."""
    for argument, known in {"mistake": answers("wrong", "lesson"), "way": answers("also_right", "offered")}.items():
        if argument in metafunc.fixturenames:
            mine = [answer for answer in known if answer.values[0] in metafunc.cls.exercises]
            metafunc.parametrize(("name", argument), mine)
    if "exercise" in metafunc.fixturenames:
        metafunc.parametrize("exercise", metafunc.cls.exercises)


class OverSeeds:
    def test_who_misses_the_lesson_fails_whatever_the_seed(self, name, mistake, run):
        failed = sum(error is not None for error in over_seeds(run, name, mistake))
        assert failed >= 0.95 * SEEDS

    def test_every_offered_way_passes_whatever_the_seed(self, name, way, run):
        assert not {seed: error for seed, error in enumerate(over_seeds(run, name, way)) if error}

    def test_solution_passes_with_other_seeds(self, exercise, run):
        """The checks above the data see the same code whatever the seed; `test_solution_passes` runs them."""
        for seed in range(SEEDS):
            notebook = drawn(exercise, seed)
            data = next(n for n, cell in enumerate(notebook.cells) if "data" in cell.metadata.get("tags", []))
            below = [grader(cell)["grade_id"] for cell in notebook.cells[data:] if grader(cell).get("grade")]
            raised = run(notebook, only=below, figures=False)
            assert raised.keys() >= {name for name in below if name.endswith("-check")}
            assert not {grade_id: error for grade_id, error in raised.items() if error}, f"seed {seed}"


NAMES = [path.stem for path in SOURCES]


class TestFirstHalf(OverSeeds):
    exercises = NAMES[: len(NAMES) // 2]


class TestSecondHalf(OverSeeds):
    exercises = NAMES[len(NAMES) // 2 :]


def test_every_exercise_has_a_seed_and_a_class():
    assert sorted(make_exercise_data.EXERCISES) == NAMES == TestFirstHalf.exercises + TestSecondHalf.exercises
