/* Face files, as the official reader's application writes them, for tests. */
#ifndef TESTS_VISIT_FACES_H
#define TESTS_VISIT_FACES_H

#include <stddef.h>
#include <stdint.h>

struct face_text {
	const char	*dir;
	int		 n;		/* makes name and identifiers its own */
	int64_t		 made;		/* seconds UTC */
	const char	*code;		/* in the name; NULL: ours */
	const char	*institution;	/* in the content; likewise */
	const char	*by;		/* ReferenceClassification; NULL: "1" */
	const char	*flag;		/* of drugs; NULL: "1" */
	int		 seconds;	/* until it is over; 0: a day */
	const char	*status;	/* ProcessingResultStatus; NULL: "1" */
	const char	*name;		/* of the file; NULL: made */
	const char	*more;		/* within the result */
	int		 cut;		/* bytes that lack at its end */
};

/* Writes it under another name, then in its place; its name into to. */
void	face_write(const struct face_text *t, char to[128]);
/* The same content under a name. */
void	face_write_as(const struct face_text *t, const char *name);
/* Its content; how many bytes. */
int	face_content(const struct face_text *t, char *to, size_t room);
/* Files in a folder, but for those that are made to read its clock; the last
 * one's name into last. */
int	face_files(const char *dir, char last[256]);
/* A folder of the test's own in which dir is the face folder, and its end. */
#define FACE_TOP	64
#define FACE_DIR	96
void	face_make_tree(char top[FACE_TOP], char dir[FACE_DIR]);
void	face_remove_tree(const char *path);

#endif
