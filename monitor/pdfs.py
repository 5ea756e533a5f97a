"""PDFs of strangers, read in a process of their own that may take only so much time and memory.

As a program: a PDF on standard input, its text on standard output.
"""

from __future__ import annotations

import asyncio
import resource
import sys

from monitor.errors import ParseError

#: An annual report of 300 pages takes some ten seconds.
_SECONDS = 60
_MEMORY = 2 * 2**30

MAGIC = b"%PDF-"


async def pdf_text_apart(body: bytes) -> str:
    """The text of a PDF.

    Raises:
        ParseError: it cannot be read, or not within the limits.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        text, said = await asyncio.wait_for(child.communicate(body), _SECONDS)
    except TimeoutError:
        child.kill()
        await child.wait()
        raise ParseError(f"a PDF that is not read within {_SECONDS} seconds") from None
    if child.returncode:
        told = said.decode("utf-8", "replace").strip().splitlines()
        raise ParseError(told[-1] if told else f"a PDF that ends its reader (exit {child.returncode})")
    return text.decode()


def main() -> int:
    """Read standard input; 1 and a message where there is no text."""
    from monitor.parse.pdf import pdf_text

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    try:
        text = pdf_text(sys.stdin.buffer.read())
    except (ParseError, MemoryError) as error:
        sys.stderr.write(str(error) or "a PDF that takes too much memory")
        return 1
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
