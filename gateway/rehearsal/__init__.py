"""What a policy would do, before it does it: past mail judged again, and policies tested as code is.

    sources      messages one by one, from mbox, Maildir, folders and files
    envelopes    who sent a stored message to whom, as far as the message says
    bench        many messages judged by one law or by two, on all cores, in processes that may die
    cases        what became of a message, in few words
    tally        all of them added up: who, by which rule, what a review of it costs
    compared     one message under two laws: what is different, and why
    told, page   the report for a terminal and for people
    sketches     policy tests: messages in a few words, and what is expected of them
    proving      policy tests run
    replay       a decision of the past, made again
    dry_run      what the log says that dry runs would have done

Nothing is stored or sent, and the gateway in service does not need this room. What is wrong with one message is told with its
name and stops no run. Policy tests that do not load raise `gateway.source.Mistakes`.
"""
