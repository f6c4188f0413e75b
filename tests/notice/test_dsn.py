"""RFC 3464, RFC 3461 and RFC 6533, in the reports that a denial and a failed delivery become."""

import pytest

from gateway.mail import Address, Receipt, Reply
from tests.support.notices import HEADER, NOW, Case, denied, part_of, read, released, status_of, text_of

NEVER = (b"NOTIFY=NEVER",)
REFUSED = Reply(code=550, status="5.1.1", text="User unknown")


def failing(case: Case, *refused: int, reply: Reply = REFUSED):
    held = released(case.held())
    receipt = Receipt(reply=Reply(code=250), refused=tuple((case.recipients[n], reply) for n in refused))
    return held, receipt


def test_a_denial_is_a_report_of_three_parts(notices, held):
    mail = notices.to_sender_ruled(denied(held), NOW)
    report = read(mail)
    assert report.get_content_type() == "multipart/report"
    assert report.get_param("report-type") == "delivery-status"
    kinds = [part.get_content_type() for part in report.iter_parts()]
    assert kinds == ["multipart/alternative", "message/delivery-status", "text/rfc822-headers"]


def test_a_denial_says_failed_and_5_7_1_for_every_recipient(notices, held):
    about, *groups = status_of(notices.to_sender_ruled(denied(held), NOW))
    assert about == {
        "Reporting-MTA": "dns; gate.department.example",
        "Received-From-MTA": "dns; mail.association.example",
        "Arrival-Date": "Tue, 24 Nov 2026 16:42:00 +0000",
    }
    assert [group["Final-Recipient"] for group in groups] == [
        "rfc822; officer1@department.example",
        "rfc822; officer2@department.example",
        "rfc822; officer3@department.example",
    ]
    assert {(g["Action"], g["Status"]) for g in groups} == {("failed", "5.7.1")}
    assert {g["Diagnostic-Code"] for g in groups} == {"x-hatchway; 550 5.7.1 denied in review, held as 3XwZk9dQ2bN7p"}


def test_a_denial_by_the_deadline_says_so_to_programs_too(notices, held):
    group = status_of(notices.to_sender_ruled(denied(held, by_deadline=True), NOW))[1]
    assert "not released before the deadline" in group["Diagnostic-Code"]


def test_a_release_to_some_reports_the_others_only(notices, case):
    held = released(case.held(), to=case.recipients[:1], note="Only for the first.")
    groups = status_of(notices.to_sender_ruled(held, NOW))[1:]
    assert [g["Final-Recipient"] for g in groups] == [f"rfc822; {a}" for a in case.recipients[1:]]


def test_a_release_to_all_and_a_hold_are_no_delivery_reports(notices, held):
    assert status_of(notices.to_sender_ruled(released(held), NOW)) == []
    assert status_of(notices.to_sender_held(held, NOW)) == []


def test_a_recipient_with_notify_never_is_in_no_report(notices, case):
    held = denied(case.having(rcpt_parameters=[NEVER, (), (b"notify=SUCCESS,Failure",)]).held())
    groups = status_of(notices.to_sender_ruled(held, NOW))[1:]
    assert [g["Final-Recipient"] for g in groups] == [f"rfc822; {a}" for a in case.recipients[1:]]


@pytest.mark.parametrize("notify", [b"NOTIFY=NEVER", b"NOTIFY=SUCCESS", b"NOTIFY=delay"])
def test_a_denial_reaches_the_sender_as_a_plain_notice_where_no_report_is_wanted(notices, case, notify):
    mail = notices.to_sender_ruled(denied(case.having(rcpt_parameters=[(notify,)] * 3).held()), NOW)
    assert read(mail).get_content_type() == "multipart/alternative"
    assert "Endorsements do not go out by department e-mail." in text_of(mail)


def test_automatic_mail_is_reported_on_but_gets_no_plain_notice(notices, case):
    automatic = case.having(header=HEADER + b"Auto-Submitted: auto-generated\r\n")
    assert status_of(notices.to_sender_ruled(denied(automatic.held()), NOW))
    assert notices.to_sender_ruled(denied(automatic.having(rcpt_parameters=[NEVER] * 3).held()), NOW) is None


def test_the_null_sender_is_never_reported_to(notices, case):
    bounce = case.having(sender=None)
    assert notices.to_sender_ruled(denied(bounce.held()), NOW) is None
    assert notices.to_sender_undelivered(*failing(bounce, 0), NOW) is None


def test_what_the_relay_refused_is_reported_in_the_relays_words(notices, case):
    group = status_of(notices.to_sender_undelivered(*failing(case, 1), NOW))[1]
    assert group == {
        "Final-Recipient": "rfc822; officer2@department.example",
        "Action": "failed",
        "Status": "5.1.1",
        "Remote-MTA": "dns; relay.department.example",
        "Diagnostic-Code": "smtp; 550 5.1.1 User unknown",
    }


def test_only_those_refused_are_reported(notices, case):
    mail = notices.to_sender_undelivered(*failing(case, 0, 2), NOW)
    assert [g["Final-Recipient"] for g in status_of(mail)[1:]] == [f"rfc822; {case.recipients[n]}" for n in (0, 2)]
    assert "officer2" not in text_of(mail).partition("Your message\n")[0]


def test_a_refusal_of_the_whole_is_reported_for_all_it_was_released_to(notices, case):
    held = released(case.held(), to=case.recipients[:2], note="Two of them.")
    mail = notices.to_sender_undelivered(held, Receipt(reply=Reply(code=554, text="No")), NOW)
    groups = status_of(mail)[1:]
    assert [g["Final-Recipient"] for g in groups] == [f"rfc822; {a}" for a in case.recipients[:2]]
    assert {g["Status"] for g in groups} == {"5.0.0"}


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (Reply(code=451, status="4.3.0", text="later"), "4.3.0"),
        (Reply(code=451, text="later"), "4.4.7"),
        (Reply(code=550, status="5.7.1\r\nX: y", text="no"), "5.0.0"),
    ],
)
def test_every_status_is_one_of_rfc_3463(notices, case, reply, status):
    assert status_of(notices.to_sender_undelivered(*failing(case, 0, reply=reply), NOW))[1]["Status"] == status


def test_notify_never_leaves_nobody_to_be_told_of_a_failed_delivery_but_the_reviewers(notices, case):
    held, receipt = failing(case.having(rcpt_parameters=[NEVER, (), ()]), 0)
    assert notices.to_sender_undelivered(held, receipt, NOW) is None
    assert "officer1@department.example" in text_of(notices.to_reviewers_undelivered(held, receipt, NOW))


@pytest.mark.parametrize(
    ("envid", "written"),
    [(b"QQ314159", "QQ314159"), (b"a+2Bb+3Dc+20d", "a+b=c d"), (b"x+0D+0AStatus:+205.0.0", None), (b"", None)],
)
def test_envid_comes_back_decoded_or_not_at_all(notices, case, envid, written):
    about = status_of(notices.to_sender_ruled(denied(case.having(mail_parameters=(b"ENVID=" + envid,)).held()), NOW))[0]
    assert about.get("Original-Envelope-Id") == written


@pytest.mark.parametrize(
    ("orcpt", "written"),
    [
        (b"rfc822;Officer+2B1@Department.Example", "rfc822; Officer+1@Department.Example"),
        (b"UTF-8;j\\x{F6}hn@x.example", "UTF-8; j\\x{F6}hn@x.example"),
        (b"rfc822;a+0D+0AAction:+20delivered", None),
        (b"rfc822", None),
        (b";x", None),
        (b"rfc822;\xf6", None),
    ],
)
def test_orcpt_comes_back_as_the_original_recipient_or_not_at_all(notices, case, orcpt, written):
    parameters = [(b"NOTIFY=FAILURE", b"ORCPT=" + orcpt), (), ()]
    first, second = status_of(notices.to_sender_ruled(denied(case.having(rcpt_parameters=parameters).held()), NOW))[1:3]
    assert first.get("Original-Recipient") == written
    assert "Original-Recipient" not in second


def test_a_recipient_beyond_ascii_is_reported_in_seven_bits(notices, case):
    case = case.having(recipients=(Address.parse("jö+x@bücher.example"),))
    group = status_of(notices.to_sender_ruled(denied(case.held()), NOW))[1]
    assert group["Final-Recipient"] == "utf-8; j\\x{F6}\\x{2B}x@b\\x{FC}cher.example"


def returned(notices, case: Case):
    return list(read(notices.to_sender_ruled(denied(case.held()), NOW)).iter_parts())[2]


@pytest.mark.parametrize("parameters", [(), (b"RET=HDRS",)])
def test_the_header_comes_back_unless_all_is_asked_for(notices, case, parameters):
    part = returned(notices, case.having(mail_parameters=parameters))
    assert part.get_content_type() == "text/rfc822-headers"
    assert part.get_payload(decode=True) == HEADER


def test_ret_full_brings_the_whole_message_back(notices, case):
    part = returned(notices, case.having(mail_parameters=(b"ret=full",)))
    assert part.get_content_type() == "message/rfc822"
    assert "Alex Example" in part.get_content().get_content()


@pytest.mark.parametrize("body", [b"\r\n" + b"x\r\n" * 100_000, b"\r\nZ\xfcrich\r\n", b"\r\n" + b"x" * 1200 + b"\r\n"])
def test_what_is_long_or_not_seven_bit_comes_back_as_its_header(notices, case, body):
    part = returned(notices, case.having(mail_parameters=(b"RET=FULL",), body=body))
    assert part.get_content_type() == "text/rfc822-headers"


def test_a_header_of_any_octets_comes_back_whole_and_in_seven_bits(notices, case):
    odd = b"Subject: Z\xfcrich\r\nX-Long: " + b"y" * 2000 + b"\r\n"
    mail = notices.to_sender_ruled(denied(case.having(header=odd).held()), NOW)
    assert part_of(mail, "text/rfc822-headers").get_payload(decode=True).replace(b"\r\n", b"\n") == odd.replace(b"\r\n", b"\n")
    assert mail.content.read().isascii()


def test_an_endless_header_comes_back_in_part(notices, case):
    part = returned(notices, case.having(header=b"X: y\r\n" * 50_000))
    assert part.get_payload(decode=True) == b"X: y\r\n" * (64 * 1024 // 6)


def test_a_report_is_made_even_where_a_recipient_is_too_long_for_a_line(notices, case):
    case = case.having(recipients=(Address(local="ö" * 200, domain="x.example"),))
    mail = notices.to_sender_ruled(denied(case.held()), NOW)
    assert status_of(mail)[1]["Final-Recipient"].startswith("utf-8; \\x{F6}")
    assert max(map(len, mail.content.read().split(b"\r\n"))) <= 998
