from pathlib import Path

import pytest

from gateway.notice import Notices
from gateway.notice.specimen import AT, FAILURES, WAITS, specimens
from gateway.notice.templates import Templates
from gateway.settings import load_settings
from gateway.source import Mistakes
from tests.support.notices import NOW, Wishes, denied, html_of, read, text_of

TOP = Path(__file__).parents[2]


def mistakes(load, **templates: str) -> str:
    with pytest.raises(Mistakes) as caught:
        load(**templates)
    return str(caught.value)


def test_a_template_of_the_admin_takes_the_place_of_the_shipped_one(overridden, held):
    notices = overridden(sender_held__txt="On hold {{ id }}\n\nPlease wait, {{ sender }}.\n")
    mail = notices.to_sender_held(held, NOW)
    assert read(mail)["Subject"] == "On hold 3XwZk9dQ2bN7p"
    assert text_of(mail) == "Please wait, secretary@association.example.\n"
    assert "Held for review" in html_of(mail)


def test_the_other_notices_stay_as_shipped(overridden, notices, held):
    changed = overridden(sender_held__txt="x\n\ny\n")
    assert text_of(changed.to_reviewers_held(held, NOW)) == text_of(notices.to_reviewers_held(held, NOW))


def test_the_shared_frame_can_be_replaced_alone(overridden, held):
    notices = overridden(
        base__html='{% extends "shipped/base.html.j2" %}{% block footer %}<p>Example Police Department</p>{% endblock %}'
    )
    assert "<p>Example Police Department</p>" in html_of(notices.to_sender_ruled(denied(held), NOW))


def test_the_example_in_the_policies_folder_works_as_it_stands(overridden, held):
    example = (TOP / "policies/notices/sender_held.txt.j2.example").read_text(encoding="utf-8")
    text = text_of(overridden(sender_held__txt=example).to_sender_held(held, NOW))
    assert "Held messages and rulings are kept" in text
    assert "Lt. Pat Example" in text


def test_the_policies_folder_can_be_named_in_the_settings_as_it_ships(held):
    notices = Notices(Wishes(templates=TOP / "policies/notices"), hostname="gate.department.example")
    assert notices.to_sender_held(held, NOW)


def test_a_mistake_in_the_syntax_names_its_line(overridden, tmp_path):
    said = mistakes(overridden, sender_held__txt="Subject\n\n{% if x %}\nno end\n")
    assert said.startswith(f"{tmp_path}/sender_held.txt.j2:")
    assert "endif" in said


def test_a_name_that_is_not_there_is_found_before_anybody_is_told_anything(overridden, tmp_path):
    said = mistakes(overridden, reviewers_held__html="<p>\n{{ subject }}\n{{ sujbect }}</p>\n")
    assert said.startswith(f"{tmp_path}/reviewers_held.html.j2:3:1: 'sujbect' is undefined")
    assert "3 | {{ sujbect }}</p>" in said


def test_what_only_some_holds_have_is_tried_too(overridden):
    assert "is undefined" in mistakes(overridden, sender_denied__txt="x\n\n{% if ruled.by_deadline %}{{ nothing }}{% endif %}\n")


def test_a_rule_for_reviewers_is_not_there_for_a_sender(overridden):
    assert "'rule' is undefined" in mistakes(overridden, sender_held__txt="x\n\n{{ rule }}\n")


def test_all_mistakes_are_told_at_once(overridden):
    said = mistakes(overridden, sender_held__txt="{{ a }}\n", sender_denied__html="{{ b }}\n")
    assert "'a' is undefined" in said
    assert "'b' is undefined" in said


def test_a_mistake_is_told_once_however_many_examples_show_it(overridden):
    assert mistakes(overridden, sender_held__txt="{{ a }}\n").count("'a' is undefined") == 1


def test_a_name_that_is_no_notice_is_a_mistake_with_the_nearest_one(overridden):
    said = mistakes(overridden, sender_hold__txt="x\n")
    assert "is not the name of a notice" in said
    assert 'Did you mean "sender_held.txt.j2"?' in said


@pytest.mark.parametrize(
    "escape",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ self.__init__.__globals__ }}",
        "{% include '/etc/hostname' %}",
        "{% include '../../hatchway.yaml' %}",
        "{{ recipients.__class__ }}",
        "{% extends 'sender_held.txt.j2' %}",
    ],
)
def test_a_template_cannot_leave_its_sandbox(overridden, escape):
    assert mistakes(overridden, sender_held__txt=f"x\n\n{escape}\n")


def test_a_template_in_another_charset_is_a_mistake(tmp_path):
    (tmp_path / "sender_held.txt.j2").write_bytes(b"Z\xfcrich\n")
    with pytest.raises(Mistakes, match=r"sender_held\.txt\.j2:1:1: cannot be read as UTF-8"):
        Notices(Wishes(templates=tmp_path), hostname="gate.example")


def test_a_folder_that_is_none_is_a_mistake(tmp_path):
    with pytest.raises(Mistakes, match="is no folder"):
        Notices(Wishes(templates=tmp_path / "none"), hostname="gate.example")


def test_other_files_in_the_folder_do_not_matter(overridden, tmp_path):
    (tmp_path / "README.md").write_text("ours", encoding="utf-8")
    assert overridden()


def test_a_template_that_fails_on_a_real_message_gives_way_to_the_shipped_one(overridden, held, caplog):
    notices = overridden(sender_held__txt='x\n\n{{ 1 / (0 if "Monthly" in subject and recipient_count == 3 else 1) }}\n')
    assert "Your message has not been sent yet." in text_of(notices.to_sender_held(held, NOW))
    assert "notice.template_failed" in caplog.text


def test_the_log_has_no_word_of_the_message_at_which_a_template_failed(overridden, held, caplog):
    notices = overridden(sender_held__txt="x\n\n{{ subject if recipient_count != 3 else {}[subject].upper() }}\n")
    assert "Your message has not been sent yet." in text_of(notices.to_sender_held(held, NOW))
    assert "sender_held.txt.j2:3" in caplog.text
    assert "Monthly" not in caplog.text


def test_html_in_a_value_is_escaped_and_in_a_text_left_alone(notices, case):
    held = case.having(subject="<b>&amp;</b>").held()
    mail = notices.to_sender_held(held, NOW)
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in html_of(mail)
    assert "Subject:   <b>&amp;</b>" in text_of(mail)


def test_a_long_line_of_a_template_is_folded_under_its_own_beginning(overridden, held):
    long = " ".join(["word"] * 30)
    notices = overridden(sender_held__txt=f"x\n\n  > {long}\n  - {long}\n  Fact:   {long}\n{long}\n")
    text = text_of(notices.to_sender_held(held, NOW)).splitlines()
    assert max(map(len, text)) <= 78
    assert [line[:10] for line in text[:6]] == [
        "  > word w",
        "  > word w",
        "  - word w",
        "    word w",
        "  Fact:   ",
        "          ",
    ]


def test_the_shipped_templates_pass_their_own_rehearsal():
    notices = Notices(Wishes(), hostname="gate.example")
    templates = Templates(None)
    scenes = [scene for held in specimens() for scene in notices._scenes.all_of(held, AT, FAILURES)]
    scenes += notices._scenes.of_none(WAITS, AT)
    assert {scene.name for scene in scenes} == {path.name.removesuffix(".txt.j2") for path in SHIPPED} - {"base", "parts"}
    assert [problem for scene in scenes for problem in templates.rehearse(scene.name, scene.context)] == []


SHIPPED = tuple((TOP / "gateway/notice/templates").glob("*.txt.j2"))


@pytest.mark.parametrize("text", SHIPPED, ids=lambda path: path.name)
def test_every_text_has_its_html(text):
    assert text.with_name(text.name.replace(".txt.", ".html.")).is_file()


def test_settings_as_loaded_serve_for_notices(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own/sender_held.txt.j2").write_text("Mine\n\n{{ subject }}\n", encoding="utf-8")
    (tmp_path / "hatchway.yaml").write_text(
        "hostname: gate.example\n"
        "listen: [{address: '127.0.0.1:2525'}]\n"
        "relay: {host: relay.example}\n"
        "client networks: [127.0.0.0/8]\n"
        "sender domains: [x.example]\n"
        "policies: p\nroster: r\nstore: s\ncontrol socket: c\n"
        "notices: {from: gate@x.example, templates: own}\n",
        encoding="utf-8",
    )
    settings = load_settings(tmp_path / "hatchway.yaml")
    assert Notices(settings.notices, hostname=settings.hostname, relay=settings.relay.host)
