from chassis.messaging.relay import PASSED_OVER_SECONDS, PassedOver


def test_passed_over_is_tried_again_after_a_while_and_counts_until_it_is_taken() -> None:
    now = 0.0
    passed_over = PassedOver(clock=lambda: now)
    assert passed_over.add("card.read.v1.3372.x", why="312 NO_ROUTE")
    assert passed_over.now() == {"card.read.v1.3372.x"}
    now = PASSED_OVER_SECONDS
    assert passed_over.now() == frozenset()
    assert len(passed_over) == 1
    assert not passed_over.add("card.read.v1.3372.x", why="its queue refuses")
    assert passed_over.words() == "the broker does not take card.read.v1.3372.x (its queue refuses)"
    passed_over.takes("card.read.v1.3372.x")
    assert passed_over.words() is None
    assert not passed_over.now()


def test_passed_over_names_three_and_says_how_many_more() -> None:
    passed_over = PassedOver()
    for number in range(5):
        passed_over.add(f"key-{number}", why="no confirm")
    assert passed_over.words() == (
        "the broker does not take key-0 (no confirm), key-1 (no confirm), key-2 (no confirm) and 2 more"
    )
