// The few calls of MPI that ranks need to exchange messages, without MPI's types. Nothing stands behind them in a build without the
// trait MPI.
//
// One thread at a time. A call returns 0, or MPI's error code. All messages go through one communicator and tag.
#ifndef CMPI_H
#define CMPI_H

#include <stddef.h>

/// Joins the other ranks.
int cmpi_start(int *rank, int *ranks);
/// Waits for the other ranks to come here too.
int cmpi_end(void);
/// Ends all ranks at once with an exit code.
void cmpi_abort(int code);
/// Has `leave` called with the exit code when this process ends, whoever ends it.
void cmpi_at_exit(void (*leave)(int code));
/// At most `size` bytes of text, with their zero.
void cmpi_library(char *text, size_t size);

/// Begins to send a copy of some bytes.
int cmpi_post(int to, const void *bytes, size_t count);
/// Moves what is on its way; *left is how many messages to that rank are.
int cmpi_pending(int to, size_t *left);
/// Whether a message is there: *there is 1, and *count its bytes.
int cmpi_probe(int from, int *there, size_t *count);
/// Begins to receive the message that was found.
int cmpi_begin_take(int from, void *bytes, size_t count);
/// Whether it is there; then *done is 1.
int cmpi_taken(int *done);

#endif
