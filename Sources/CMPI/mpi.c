// on_exit
#define _DEFAULT_SOURCE
#include "CMPI.h"

#ifdef MOIETY_MPI

#include <limits.h>
#include <mpi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { TAG = 1 };

// A message on its way, with the memory that MPI reads it from.
struct sent {
    MPI_Request request;
    void *bytes;
    int to;
    int code; // what MPI said when it failed
    struct sent *next;
};

static struct sent *on_the_way;
static MPI_Request taking = MPI_REQUEST_NULL;

int cmpi_start(int *rank, int *ranks) {
    // What ranks compute with are secrets: a rank that fails leaves no image of its memory. Linux does not ask this limit where
    // images go to a program, unless it is exactly 1; no file is as short.
    const struct rlimit none = {1, 1};
    (void)setrlimit(RLIMIT_CORE, &none);
    int provided = 0;
    int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided);
    if (code != MPI_SUCCESS) return code;
    if (provided < MPI_THREAD_SERIALIZED) return MPI_ERR_OTHER;
    // A rank that is gone is an error that the caller names, not the end of this process.
    code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    if (code == MPI_SUCCESS) code = MPI_Comm_rank(MPI_COMM_WORLD, rank);
    if (code == MPI_SUCCESS) code = MPI_Comm_size(MPI_COMM_WORLD, ranks);
    return code;
}

int cmpi_end(void) { return MPI_Finalize(); }

void cmpi_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

static void (*leaving)(int);

static void leave_with(int code, void *unused) {
    (void)unused;
    leaving(code);
}

void cmpi_at_exit(void (*leave)(int code)) {
    leaving = leave;
    on_exit(leave_with, NULL);
}

void cmpi_library(char *text, size_t size) {
    char all[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    if (size == 0) return;
    text[0] = 0;
    if (MPI_Get_library_version(all, &length) != MPI_SUCCESS) return;
    strncpy(text, all, size - 1);
    text[size - 1] = 0;
}

int cmpi_post(int to, const void *bytes, size_t count) {
    if (count > INT_MAX) return MPI_ERR_COUNT;
    struct sent *message = malloc(sizeof *message);
    void *copy = malloc(count > 0 ? count : 1);
    if (message == NULL || copy == NULL) {
        free(message);
        free(copy);
        return MPI_ERR_NO_MEM;
    }
    if (count > 0) memcpy(copy, bytes, count);
    int code = MPI_Isend(copy, (int)count, MPI_BYTE, to, TAG, MPI_COMM_WORLD, &message->request);
    if (code != MPI_SUCCESS) {
        free(message);
        free(copy);
        return code;
    }
    message->bytes = copy;
    message->to = to;
    message->code = MPI_SUCCESS;
    message->next = on_the_way;
    on_the_way = message;
    return 0;
}

int cmpi_pending(int to, size_t *left) {
    *left = 0;
    for (struct sent **at = &on_the_way; *at != NULL;) {
        struct sent *message = *at;
        int done = 0;
        // Asked once more, MPI would take a message that failed for one that it has sent.
        if (message->code == MPI_SUCCESS) message->code = MPI_Test(&message->request, &done, MPI_STATUS_IGNORE);
        // Others' are named when they are asked about.
        if (message->code != MPI_SUCCESS && message->to == to) return message->code;
        if (done && message->code == MPI_SUCCESS) {
            *at = message->next;
            free(message->bytes);
            free(message);
            continue;
        }
        if (message->to == to) ++*left;
        at = &message->next;
    }
    return 0;
}

int cmpi_probe(int from, int *there, size_t *count) {
    MPI_Status status;
    int bytes = 0;
    int code = MPI_Iprobe(from, TAG, MPI_COMM_WORLD, there, &status);
    if (code != MPI_SUCCESS || !*there) return code;
    code = MPI_Get_count(&status, MPI_BYTE, &bytes);
    *count = bytes < 0 ? 0 : (size_t)bytes;
    return code;
}

int cmpi_begin_take(int from, void *bytes, size_t count) {
    if (count > INT_MAX || taking != MPI_REQUEST_NULL) return MPI_ERR_COUNT;
    return MPI_Irecv(bytes, (int)count, MPI_BYTE, from, TAG, MPI_COMM_WORLD, &taking);
}

int cmpi_taken(int *done) { return MPI_Test(&taking, done, MPI_STATUS_IGNORE); }

#else

// C knows no empty file.
typedef int cmpi_nothing;

#endif
