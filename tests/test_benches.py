"""What `make bench` runs, in short, so that it is not found broken on the day it is wanted."""

from tests.bench.console import console


async def test_the_console_s_benchmark_says_what_the_queue_and_the_account_cost(capsys):
    await console(waiting=12, ruled=30, large=False)
    told = capsys.readouterr().out
    assert "the queue: 12 wait, 30 were ruled on" in told
    assert "/queue?group=chaplains" in told
    assert "account of 42 messages over ten years" in told
