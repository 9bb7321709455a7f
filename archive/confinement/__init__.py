"""The confined child: the only place where untrusted bytes are parsed (DESIGN §3.13).

A single-threaded starter, with no secrets and no sockets but its control
channel, forks one child for each item. The child gives up everything that it
does not need (user, files, network, processes) before it reads the first
byte, and answers with capped frames of JSON and raw bytes.
"""
