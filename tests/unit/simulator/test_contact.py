from simulator.contact import ASK_ATR, POWER_OFF, POWER_ON, RESET, Contact
from simulator.foreign_chips import ForeignChip

CHIP = ForeignChip(uid=bytes.fromhex("04000000000001"))
COMMAND = bytes.fromhex("FFCA000000")


def after(*frames: bytes, leaves_after: int | None = None, silent_after: int | None = None) -> Contact:
    contact = Contact(CHIP, leaves_after=leaves_after, silent_after=silent_after)
    for frame in frames:
        contact.receive(frame)
    return contact


def test_the_answer_to_reset_is_given_when_asked_and_power_changes_are_not_answered() -> None:
    contact = Contact(CHIP)
    assert contact.receive(ASK_ATR) == CHIP.atr
    assert [contact.receive(code) for code in (POWER_ON, RESET, POWER_OFF)] == [None, None, None]


def test_a_command_reaches_the_chip() -> None:
    assert after(POWER_ON).receive(COMMAND) == CHIP.respond(COMMAND)


def test_a_card_is_noticed_when_it_has_said_under_power_what_it_is() -> None:
    assert not after().was_noticed
    assert not after(ASK_ATR).was_noticed, "asked whether the slot is empty"
    assert not after(ASK_ATR, POWER_ON).was_noticed
    assert after(ASK_ATR, POWER_ON, ASK_ATR).was_noticed
    assert after(POWER_ON, ASK_ATR, POWER_OFF).was_noticed


def test_a_card_that_is_taken_for_the_one_before_is_noticed_when_it_is_asked_for_again_and_again() -> None:
    assert not after(ASK_ATR, ASK_ATR).was_noticed
    assert after(ASK_ATR, ASK_ATR, ASK_ATR).was_noticed


def test_a_card_that_pcscd_powers_on_and_off_by_itself_was_not_read() -> None:
    assert not after(ASK_ATR, POWER_ON, ASK_ATR, POWER_OFF, ASK_ATR).was_read


def test_a_card_was_read_when_power_goes_after_commands() -> None:
    assert not after(POWER_ON, COMMAND).was_read
    assert after(POWER_ON, COMMAND, ASK_ATR, POWER_OFF, ASK_ATR).was_read


def test_a_reading_that_ends_in_a_reset_was_cut_short() -> None:
    assert not after(POWER_ON, COMMAND, RESET, POWER_OFF).was_read
    assert after(POWER_ON, COMMAND, RESET, POWER_OFF, POWER_ON, COMMAND, POWER_OFF).was_read


def test_a_card_that_is_read_again_is_not_read_until_that_ends() -> None:
    assert not after(POWER_ON, COMMAND, POWER_OFF, POWER_ON, COMMAND).was_read


def test_a_card_is_pulled_out_instead_of_answering_one_command_too_many() -> None:
    contact = after(POWER_ON, COMMAND, COMMAND, leaves_after=2)
    assert contact.receive(COMMAND) is None
    assert contact.was_pulled_out
    assert contact.commands == 2


def test_it_stays_until_then() -> None:
    assert not after(POWER_ON, COMMAND, COMMAND, leaves_after=2).was_pulled_out


def test_a_chip_that_leaves_or_falls_silent_in_mid_command_owes_an_answer() -> None:
    assert not after(POWER_ON, COMMAND).owes_an_answer
    assert not after(POWER_ON, silent_after=0).owes_an_answer
    assert after(POWER_ON, COMMAND, silent_after=0).owes_an_answer
    assert after(POWER_ON, COMMAND, leaves_after=0).owes_an_answer
