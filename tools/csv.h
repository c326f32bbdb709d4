/* csv.h: tables as CSV (RFC 4180): read strictly, written verbatim. */
#ifndef TOOLS_CSV_H
#define TOOLS_CSV_H

#include "tools.h"

/* A whole file: a header, and rows that have a cell for each of its columns. */
struct table {
	struct bytes	  bytes;	/* cells lie within, and are wiped */
	const char	 *name;		/* of the file, for messages */
	bool		  has_bom;
	size_t		  columns;
	size_t		  rows;
	char		**cell;		/* the header, then row by row */
	size_t		 *line;		/* of each row, the header's first */
	size_t		  room;		/* rows there is memory for */
};

/* 0, or the exit status; what is wrong is told with the line, never with what
 * stands there. */
int	table_read(struct tool *t, const char *path, struct table *out);
void	table_free(struct table *table);
/* The column of that name, or columns. */
size_t	table_column(const struct table *table, const char *name);
const char *table_cell(const struct table *table, size_t row, size_t column);
/* A failure of one cell; column may be NULL: of its row. */
int	table_wrong(struct tool *t, const struct table *table, size_t row,
	    const char *column, const char *en, const char *ja);

/* A file of ours that is written from its beginning to its end; what is on its
 * way is wiped. */
struct pen {
	int	 fd;
	int	 error;			/* errno of the first failure */
	size_t	 n;
	int64_t	 at;			/* bytes so far */
	char	*bytes;
};

int	pen_begin(struct pen *p, int fd);
void	pen_put(struct pen *p, const char *bytes, size_t len);
void	pen_text(struct pen *p, const char *text);
/* A cell, quoted where it has to be; the comma before it is the caller's. */
void	pen_cell(struct pen *p, const char *text);
/* Writes what is left: 0, or errno. */
int	pen_flush(struct pen *p);
void	pen_end(struct pen *p);

/* A whole file in place of the one at path: until it is on the disk it is called
 * fresh, 0600. 0 or an errno, and what stood there stands. */
int	pen_replace(const char *path, const char *fresh,
	    void (*write)(void *self, struct pen *p), void *self);

#endif
