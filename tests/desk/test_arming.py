"""When a write sets the timer of its stream anew: as seldom as can be, and never too seldom."""

import pytest

from frontdesk.desk.arming import UNSURE, Armed, arm_anew
from frontdesk.store.log import Arm

NOW, SOON, LATER = 1000, 2000, 3000


@pytest.mark.parametrize(
    ("armed", "due_ms", "expected"),
    [
        pytest.param(None, None, None, id="nothing is due and nothing armed"),
        pytest.param(SOON, None, Arm(None), id="nothing is due any more"),
        pytest.param(UNSURE, None, Arm(None), id="nothing is due, and something may be armed"),
        pytest.param(None, SOON, Arm(SOON), id="nothing is armed yet"),
        pytest.param(SOON, SOON, None, id="it is armed for just then"),
        pytest.param(SOON, LATER, None, id="a timer that is too early is set when it fires"),
        pytest.param(LATER, SOON, Arm(SOON), id="a timer that is too late is brought forward"),
        pytest.param(NOW, LATER, Arm(LATER), id="a timer whose time has come may have fired elsewhere"),
        pytest.param(UNSURE, LATER, Arm(LATER), id="another node may have put it off"),
    ],
)
def test_the_timer_is_set_when_it_may_be_wrong(
    armed: Armed, due_ms: int | None, expected: Arm | None
) -> None:
    assert arm_anew(armed, due_ms, NOW) == expected
