"""The console's acts for programs: a JSON API under /api/v1, for ticket systems and the like.

A program proves itself by a token in the header Authorization, and by nothing else: no cookie counts here, and no token in an
address. It may do what the token's scopes say and its account may do: who sees what, who may rule, recusal and what takes two
are the console's own, and so are the services behind them. Each request is in the audit trail under the token's name.

All routes stand in one table (`operations`), of which both the routes and the OpenAPI document are made. What is refused is
told as RFC 9457 has it, with what to do about it; nothing here is half done.
"""

from gateway.console.api.app import AT, document, programs

__all__ = ["AT", "document", "programs"]
