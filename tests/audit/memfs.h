/*
 * A disk in memory in place of os.h's directories and files (by --wrap), that
 * can fail or die at any call, and that remembers what no sync has made sure,
 * so that power can be lost (testing.md 16; after SQLite's test VFS).
 */
#ifndef OKI_TESTS_MEMFS_H
#define OKI_TESTS_MEMFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A new, empty disk; then one of which every file can be read and set. */
void	 memfs_reset(void);
uint8_t	*memfs_read(const char *path, size_t *len);	/* free it; or NULL */
void	 memfs_write(const char *path, const void *bytes, size_t len);
void	 memfs_remove(const char *path);
void	 memfs_rename(const char *from, const char *to);
size_t	 memfs_count(const char *prefix);		/* files */

/* All of a disk, as it was. */
struct memfs;
struct memfs *memfs_save(void);
void	 memfs_load(const struct memfs *from);
void	 memfs_free(struct memfs *m);

/* ---- faults ----------------------------------------------------------------- */

enum memfs_fault {
	MEMFS_NONE,
	MEMFS_FAIL,		/* the call fails, nothing is done */
	MEMFS_HALF,		/* half of a write is done, and it fails */
	MEMFS_DIE_BEFORE,	/* killed: nothing is done from here on */
	MEMFS_DIE_HALF,
	MEMFS_DIE_AFTER
};

/* At the n-th call from now on (from 1); number is its errno. */
void	 memfs_fault(enum memfs_fault what, int n, int number);
/* That of all calls named so; the name is a function's without "oki_". */
void	 memfs_fault_at(enum memfs_fault what, const char *call, int n,
	    int number);
bool	 memfs_fault_met(void);		/* it has happened */
int	 memfs_calls(void);		/* since the last memfs_fault */
bool	 memfs_is_dead(void);
void	 memfs_revive(void);		/* a new process: locks are gone */
int	 memfs_open_files(void);	/* to find what was not closed */
/* Syncs say yes and do nothing. */
void	 memfs_lie(bool yes);
int	 memfs_syncs(void);		/* fdatasyncs since memfs_fault */

/* ---- loss of power ------------------------------------------------------------ */

/*
 * Called after each call that changes the disk. There memfs_losses says how
 * many states the disk could be in if power were lost now, and memfs_lose
 * makes the i-th of them; it ends the recording.
 */
void	 memfs_record(void (*step)(void *arg), void *arg);
size_t	 memfs_losses(void);
void	 memfs_lose(size_t i);

#endif
