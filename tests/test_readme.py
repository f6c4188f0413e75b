"""README, the commands' help and the settings say the same things."""

import re
from pathlib import Path
from typing import get_args

import click
import pytest

from gateway.cli import main
from gateway.directory import cached
from gateway.identity import Ldap, Oidc, RoleOf
from gateway.listing import CsvList, EntraList, LdapList, Listing
from gateway.policy import load_rulebook
from gateway.settings import Console, Settings, load_settings
from gateway.source import Model, parse, validate
from tests.support.policy import completed, folder

TOP = Path(__file__).parents[1]
README = (TOP / "README.md").read_text(encoding="utf-8")


def commands(group, *before):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*before, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)


COMMANDS = dict(commands(main))


def test_every_command_in_the_readme_exists_with_its_options():
    used = re.findall(r"^hatchway ([a-z][^#\n]*)", README, flags=re.MULTILINE) + re.findall(r"`hatchway ([a-z][^`]*)`", README)
    assert used
    for line in used:
        words = line.split()
        path = tuple(words[:2]) if tuple(words[:2]) in COMMANDS else (words[0].rstrip(","),)
        assert path in COMMANDS, line
        options = {option for parameter in COMMANDS[path].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


@pytest.mark.parametrize("path", [path for path in COMMANDS if path not in {("demo",), ("version",)}], ids=" ".join)
def test_every_command_is_in_the_readme(path):
    assert " ".join(path) in README


def test_every_command_explains_itself():
    for path, command in COMMANDS.items():
        assert command.help, path
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (path, parameter.name)


def keys(model, *before):
    for field in model.model_fields.values():
        yield (*before, field.alias)
        for one in (field.annotation, *(() if before else get_args(field.annotation))):
            if isinstance(one, type) and issubclass(one, Model):
                yield from keys(one, *before, field.alias)


TABLE = dict(re.findall(r"^\| (`[^|]+`) \|(.*)\|$", README, flags=re.MULTILINE))


@pytest.mark.parametrize("key", [*keys(Settings)], ids=".".join)
def test_every_setting_is_in_the_readme(key):
    [row] = [said for names, said in TABLE.items() if f"`{key[0]}`" in names]
    assert len(key) == 1 or f"`{key[-1]}`" in row, key


def test_the_readme_names_no_setting_that_is_none():
    named = {name for names in TABLE for name in re.findall(r"`([^`]+)`", names)}
    assert named == {key[0] for key in keys(Settings) if len(key) == 1}


CONSOLE = (TOP / "deploy/console.md").read_text(encoding="utf-8")
SECTIONS = {"console": Console, "oidc": Oidc, "ldap": Ldap, "roles": RoleOf}


DIRECTORIES = (TOP / "deploy/directories.md").read_text(encoding="utf-8")
LISTS = {"directories": Listing, "ldap": LdapList, "entra": EntraList, "csv": CsvList}
PAGES = [
    *(pytest.param(CONSOLE, name, shape, id=f"console {name}") for name, shape in SECTIONS.items()),
    *(pytest.param(DIRECTORIES, name, shape, id=f"directories {name}") for name, shape in LISTS.items()),
]


@pytest.mark.parametrize(("page", "section", "shape"), PAGES)
def test_a_page_explains_every_setting_of_its_sections_and_no_other(page, section, shape):
    [text] = [one for one in page.split("\n## ") if one.startswith(f"`{section}:`")]
    rows = re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \|", text, flags=re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    assert sorted(named) == sorted(field.alias for field in shape.model_fields.values())


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", CONSOLE, flags=re.DOTALL))
def test_the_settings_on_the_console_page_load(tmp_path, block):
    [written] = [one for one in re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL) if one.startswith("hostname")]
    file = tmp_path / "hatchway.yaml"
    file.write_text(written + block)
    assert load_settings(file).console.public_url == "https://hatchway.department.example"


def test_the_settings_and_the_policy_on_the_directories_page_load(tmp_path):
    [written] = [one for one in re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL) if one.startswith("hostname")]
    [more] = re.findall(r"```yaml\n(.*?)```", DIRECTORIES, flags=re.DOTALL)
    (tmp_path / "hatchway.yaml").write_text(written + more)
    settings = load_settings(tmp_path / "hatchway.yaml")
    assert settings.directories["city"].ldap.bind_secret_file == tmp_path / "secrets/ldap"
    [groups] = re.findall(r"```policy.yaml\n(.*?)```", DIRECTORIES, flags=re.DOTALL)
    rulebook = load_rulebook(folder(tmp_path, p__yaml=completed(groups)), drawn=cached(settings))
    assert {directory for directory, _ in rulebook.drawn} == set(settings.directories)


@pytest.mark.parametrize("key", [field.alias for field in Console.model_fields.values()])
def test_every_setting_of_the_console_is_in_the_readme(key):
    assert f"`{key}`" in TABLE["`console`"]


def test_every_command_on_the_console_page_exists_with_its_options():
    for words in (line.split() for line in re.findall(r"hatchway (user [^#\n`]+|check [^#\n`]+)", CONSOLE)):
        path = tuple(words[:2]) if tuple(words[:2]) in COMMANDS else (words[0],)
        options = {option for parameter in COMMANDS[path].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, words


def test_the_settings_in_the_readme_load(tmp_path):
    [written] = [block for block in re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL) if block.startswith("hostname")]
    file = tmp_path / "hatchway.yaml"
    file.write_text(written)
    assert load_settings(file).hostname == "hatchway.department.example"
    assert validate(parse(written, "README.md"), Settings).policies == Path("policies")
