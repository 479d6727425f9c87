"""What a forecast counts of screening for evaluation items."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pipelines.console import Console
from pipelines.forecast import Forecast, forecast
from pipelines.plan import Plan, make_plan
from pipelines.recipe import load_recipe
from pipelines.show import show_forecast
from tests.pipelines.contaminated import written


def planned(place: Path, changes: dict[str, object]) -> Plan:
    """The recipe with a third source, to evaluate with."""
    recipe = written(place)
    content = yaml.safe_load(recipe.read_text(encoding="utf-8"))
    content["sources"].append(content["sources"][0] | {"name": "tests", "use": "evaluate"})
    recipe.write_text(yaml.safe_dump(content | changes), encoding="utf-8")
    return make_plan(load_recipe(recipe), place)


@pytest.fixture(scope="module")
def screened(tmp_path_factory: pytest.TempPathFactory) -> list[Forecast]:
    return forecast(planned(tmp_path_factory.mktemp("screened"), {}))


def test_screening_is_measured_of_the_sources_that_are_screened_and_is_part_of_their_cost(
    screened: list[Forecast],
) -> None:
    by_source = {one.source: one for one in screened}
    assert sorted(by_source) == ["notes", "pages", "tests"]
    for name in ("notes", "pages"):
        assert 0 < by_source[name].screening_seconds < by_source[name].cpu_seconds
    assert by_source["tests"].screening_seconds == 0
    assert by_source["tests"].cpu_seconds > 0


def test_without_sets_nothing_is_screened(tmp_path: Path, screened: list[Forecast]) -> None:
    plain = forecast(planned(tmp_path, {"evaluations": []}))
    assert {one.screening_seconds for one in plain} == {0}
    sizes = [[(one.source, one.documents, one.text_bytes, one.tokens) for one in each] for each in (plain, screened)]
    assert sizes[0] == sizes[1]


def test_its_share_and_its_speed_are_shown_where_there_is_any(
    tmp_path: Path, screened: list[Forecast], capsys: pytest.CaptureFixture[str]
) -> None:
    show_forecast(Console(width=200), screened, tmp_path)
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "screening for evaluation items" in line]
    text = sum(one.text_bytes for one in screened if one.source != "tests")
    seconds = sum(one.screening_seconds for one in screened)
    assert f"{text / 1e6 / seconds:,.0f} MB of text a CPU second" in line
    show_forecast(Console(width=200), [one for one in screened if one.source == "tests"], tmp_path)
    assert "screening" not in capsys.readouterr().out
