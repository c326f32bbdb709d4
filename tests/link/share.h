/*
 * Between the library and its files, behind os.h: counts what changes them, so
 * that a process can be killed at each of these; and plays a share, which tells
 * nothing of what comes, shows yesterday's listing, will not rename or remove
 * what somebody has open, takes its time, and keeps a clock of its own. The
 * seam is ld's --wrap (SHARE_LINK of room.am).
 */
#ifndef TESTS_LINK_SHARE_H
#define TESTS_LINK_SHARE_H

/* SIGKILL in place of the n-th change from now on; 0: none. */
void	share_kill_at(int n);
int	share_changes(void);	/* since then */

enum share_lie {
	SHARE_SILENT	= 1,	/* no watch tells of anything */
	SHARE_STALE	= 2,	/* what is there is not seen for a while */
	SHARE_BUSY	= 4,	/* open elsewhere: no opening, renaming, removing */
	SHARE_SLOW	= 8,	/* a rename takes its time */
	SHARE_DEAF	= 16,	/* a rename that was done comes back as failed */
	SHARE_SKEW	= 32,	/* its clock is an hour and a half off */
	SHARE_ALL	= 63
};

/* Folders below top lie like that, one call in so many; 0: none. */
void	share_lie(const char *top, int lies, int one_in);
/* How often it has. */
int	share_lied(void);

#endif
