"""A real SMTP server for tests: FOLDER is where it puts what it takes. It prints its port when it listens.

Who a letter is for says how it is treated: `nobody@` is refused for ever, `greylisted@` at the first attempt, `dropped@` loses the
connection at the first attempt. It wants the password of `crm`.
"""
import asyncio
import pathlib
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

folder = pathlib.Path(sys.argv[1])
seen = set()


def first(address):
    if address in seen:
        return False
    seen.add(address)
    return True


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        who = address.split("@")[0]
        if who == "nobody":
            return "550 5.1.1 no such user here"
        if who == "greylisted" and first(address):
            return "450 4.7.1 greylisted, come back later"
        if who == "dropped" and first(address):
            server.transport.abort()
            return "421 gone"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        number = len(list(folder.glob("*.eml")))
        unfinished = folder / f"{number}.part"
        unfinished.write_bytes(envelope.content)
        unfinished.rename(folder / f"{number}-{envelope.rcpt_tos[0]}.eml")
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data.login == b"crm" and data.password == b"pass word"
    return AuthResult(success=good, handled=good)


def protocol():
    return SMTP(Handler(), authenticator=authenticate, auth_required=True, auth_require_tls=False)


async def serve():
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(serve())
