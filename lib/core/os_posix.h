/* What the files of os_posix share. */
#ifndef OKI_OS_POSIX_H
#define OKI_OS_POSIX_H

#include "core/os.h"

/* A descriptor above those of input, output and errors in place of fd, which
 * is closed then; -1 stays -1 (errno says why). os_posix.c. */
int	oki_os_high(int fd);

#endif
