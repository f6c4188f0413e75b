"""The exact lines for the machines around us: those for Postfix are tested, the others follow their makers' manuals.

deploy/after-queue.md, deploy/exchange.md and deploy/google-workspace.md say more of each.
"""

from gateway.setup.answers import Answers

_LOCAL = {"127.0.0.1", "localhost", "::1"}
_SMTP, BACK = 25, 10026
"""The port at which a Postfix on this machine takes mail, and the one at which it takes back what Hatchway passed."""


def placing(answers: Answers) -> tuple[tuple[str, str], ...]:
    """What to do at each kind of mail server, with a heading."""
    return (
        ("Postfix, main.cf", _main(answers)),
        ("Postfix, master.cf", _master(answers) + later(answers)),
        ("Exchange Online (PowerShell; not tested here)", _exchange(answers)),
        ("Google Workspace (Admin console; not tested here)", _google(answers)),
    )


def _main(answers: Answers) -> str:
    return f"content_filter = hatchway:{_bracketed(answers.listen)}\nhatchway_destination_recipient_limit = 1000\n"


def _master(answers: Answers) -> str:
    way_in = (
        "hatchway  unix  -  -  n  -  10  smtp\n  -o smtp_send_xforward_command=yes\n  -o disable_mime_output_conversion=yes\n"
    )
    if answers.relay_host not in _LOCAL:
        return way_in
    return (
        f"{way_in}127.0.0.1:{_back(answers)}  inet  n  -  n  -  -  smtpd\n"
        "  -o content_filter=\n"
        "  -o receive_override_options=no_unknown_recipient_checks,no_header_body_checks,no_milters\n"
        "  -o smtpd_authorized_xforward_hosts=127.0.0.0/8\n"
        "  -o smtpd_client_connection_count_limit=0\n"
    )


def _back(answers: Answers) -> int:
    return BACK if answers.relay_port == _SMTP else answers.relay_port


def later(answers: Answers) -> str:
    """What to change in the settings once the Postfix on this machine has the lines above; "" if there is nothing."""
    if answers.relay_host not in _LOCAL or answers.relay_port != _SMTP:
        return ""
    return (
        f"Then let `relay` in hatchway.yaml be {{host: 127.0.0.1, port: {BACK}}}, and restart Hatchway:\n"
        f"at port {_SMTP} the Postfix of this machine would send each message back here, round and round.\n"
    )


def _exchange(answers: Answers) -> str:
    name, port = answers.hostname, answers.listen.rpartition(":")[2]
    return (
        f'New-OutboundConnector -Name "To Hatchway" -ConnectorType OnPremises -SmartHosts "{name}" `\n'
        f'  -TlsSettings DomainValidation -TlsDomain "{name}" -UseMXRecord $false -IsTransportRuleScoped $true\n'
        f'New-InboundConnector -Name "From Hatchway" -ConnectorType OnPremises -SenderDomains "*" `\n'
        f'  -RequireTls $true -TlsSenderCertificateName "{name}" -CloudServicesMailEnabled $false\n'
        f'New-TransportRule -Name "Through Hatchway" -FromScope InOrganization `\n'
        f"  -ExceptIfSenderIpRanges OUR.PUBLIC.ADDRESS `\n"
        f'  -RouteMessageOutboundConnector "To Hatchway"\n'
        f"# Exchange Online connects to port 25: let port 25 of {name} lead to port {port} here.\n"
        "# Add its networks to `client networks`, and give `listen` a certificate (`tls: starttls`), and `relay` the same\n"
        "# (`certificate`, `key`): Exchange Online knows us by it. deploy/exchange.md has all of it.\n"
    )


def _google(answers: Answers) -> str:
    name, port = answers.hostname, answers.listen.rpartition(":")[2]
    return (
        f"Apps > Google Workspace > Gmail > Hosts > Add route: name Hatchway, single host {name}, port {port},\n"
        "  require a secure (TLS) connection, require a CA-signed certificate.\n"
        "Apps > Google Workspace > Gmail > Routing > Routing > Configure: affect Outbound and Internal - sending,\n"
        "  modify the message, change the route to Hatchway. (Outbound gateway alone leaves out mail within the domain.)\n"
        "Add Google's networks (dig TXT _netblocks.google.com) to `client networks`, and give `listen` a certificate.\n"
        "Let the relay be smtp-relay.gmail.com, port 587, by STARTTLS, with our public address allowed under SMTP relay.\n"
    )


def _bracketed(address: str) -> str:
    host, _, port = address.rpartition(":")
    return f"[{host.strip('[]')}]:{port}"
