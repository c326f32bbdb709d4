/* scenario.h: what the files of the scenario runner share. */
#ifndef ONSHIKAKU_SCENARIO_H
#define ONSHIKAKU_SCENARIO_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* spawn.c: children that end with us, whatever happens */
struct child {
	pid_t	pid;
	int	in, out;	/* -1: none */
};
struct spawn {
	char *const *argv;
	const char  *err;	/* file for its standard error, or NULL */
	const char  *fd3;	/* what it can read from descriptor 3, or NULL */
};
extern volatile int spawn_stopping;
void	 spawn_catch(void);
int	 spawn_start(const struct spawn *s, struct child *c);
int	 spawn_line(struct child *c, char *line, size_t size, int ms);
char	*spawn_output(struct child *c, int ms, size_t *len);
int	 spawn_end(struct child *c, int sig, int ms);
void	 spawn_reap_all(void);
int	 spawn_run(char *const *argv, const char *err, int ms);

/* compare.c: NULL, or in words where the output is not as expected */
char	*compare_subset(const json_t *want, const json_t *got);
char	*compare_paths(const json_t *paths, const json_t *got, int present);
char	*compare_lines(const json_t *want, const json_t *got);
const json_t *compare_at_path(const char *path, const json_t *v);

/* world.c: all that one scenario needs around its client */
struct world {
	char	    *root;		/* removed at the end */
	char	    *pki;
	char	    *dir;		/* of the scenario that runs */
	json_t	    *out;		/* what the steps before printed */
	int	     terminals;		/* with folders */
	int	     zipped;
	int	     by_webapi;
	char	    *control;
	int	     port;
	int	     keep;
	int	     count;		/* of scenarios */
	int	     reader_tried, has_reader;
	struct child reader, service, face;
};
int	 world_make(struct world *w, const char *pki);
void	 world_end(struct world *w);
char	*world_program(const char *name);
int	 world_card(struct world *w, const json_t *card);
json_t	*world_card_status(const struct world *w);
int	 world_serve(struct world *w, const char *name, const json_t *s);
int	 world_configure(struct world *w, const json_t *s, int own);
int64_t	 world_asked(const struct world *w, const char *prefix);
char	*world_fill(const struct world *w, const char *text);
char	*world_conf(const struct world *w, int desk);
const char *world_institution(const json_t *s);
int	 world_leave(struct world *w);
int	 world_tell(const struct world *w, const char *command);

/* world_face.c: a face reader, and who stands before it */
int	 world_face(struct world *w, const json_t *s);

/* world_folder.c */
#define ARGUMENTS_MAX	64
struct arguments {
	char	*v[ARGUMENTS_MAX + 1];
	int	 count;
};
char	*world_share(const struct world *w, int n);
int	 world_folder_options(struct world *w, const json_t *s,
	    struct arguments *a);
char	*world_folder_list(const struct world *w, const char *name);
char	*world_folder_judge(const struct world *w, const json_t *want);

/* csv.c */
json_t	*csv_rows(char *text);
char	*compare_tables(const struct world *w, const json_t *tables);

/* client.c: what the client said and how it ended, at each desk */
#define DESKS_MAX	4
struct ending {
	char	*text;
	json_t	*output;	/* of the first desk, if it is one document */
	json_t	*lines;		/* every document of every desk */
	json_t	*statuses;
};
int	 client_run(struct world *w, const char *name, const json_t *s,
	    char **client, struct ending *e, char **why);
int	 client_step(struct world *w, const char *name, const json_t *s,
	    char **client, const json_t *step, int number, struct ending *e);
void	 client_free(struct ending *e);

/* scenario.c: what is expected, with this world's people in it; NULL, or the
 * first thing in which the client is not as a correct one must be; the data of
 * that name in a folder beside the catalogue */
json_t	*scenario_expectation(const struct world *w, const json_t *s);
char	*scenario_judge(const struct world *w, const json_t *want,
	    const struct ending *e);
json_t	*scenario_data(const char *folder, const char *name);

/* drill.c counts its scenes; drill_record.c looks at the record of them */
enum { RIGHT, WRONG, LEFT_OUT };
void	 drill_record(const struct world *w, int is_ours, FILE *report,
	    int counts[3]);

#endif
