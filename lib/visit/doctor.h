/* Between the files of the doctor, and nobody else. */
#ifndef OKI_VISIT_DOCTOR_H
#define OKI_VISIT_DOCTOR_H

#include "visit/inside.h"
#include "onshikaku/doctor.h"

#define F(id, check, result, owner, en, ja, remedy_en, remedy_ja)	\
	OKI_FOUND_##id,
enum oki_found {
#include "visit/doctor.def"
	OKI_FOUNDS
};
#undef F

struct onshi_doctor {
	struct oki_env		*env;
	struct onshi_config	*config;	/* env has it */
	struct oki_link		*link;		/* NULL: not to be made */
	struct onshi_error	 error;
	bool			 broken;	/* no memory for a finding */
	int64_t			 least;		/* free bytes; -1: not known */
	struct oki_finding	*findings;
	size_t			 n;
	size_t			 room;
};

/* A finding of the table; check where the row has none, else NULL. detail is
 * what stands behind the text, NULL or "": nothing. */
void	oki_doctor_found(struct onshi_doctor *d, enum oki_found what,
	    const char *check, const char *detail);
/* The same with a number and what it is of, which may be NULL. */
void	oki_doctor_counted(struct onshi_doctor *d, enum oki_found what,
	    const char *check, const char *of, int64_t n);
/* How many there are of a check that are not ONSHI_HEALTH_OK. */
size_t	oki_doctor_bad(const struct onshi_doctor *d, const char *check);

/* The disk of a directory that is used, by its key. */
void	oki_doctor_disk_of(struct onshi_doctor *d, struct oki_dir *dir,
	    const char *name);
/* That the link or what stands beside it cannot be made: by the key that e
 * names, once. */
void	oki_doctor_unmade(struct onshi_doctor *d, int r,
	    const struct onshi_error *e);

/* What is looked at, in this order: doctor_certificate.c, doctor_link.c,
 * doctor_folder.c, doctor_local.c, doctor_disk.c. */
void	oki_doctor_config(struct onshi_doctor *d);
void	oki_doctor_versions(struct onshi_doctor *d);
void	oki_doctor_readers(struct onshi_doctor *d);
void	oki_doctor_certificates(struct onshi_doctor *d);
void	oki_doctor_link(struct onshi_doctor *d);
void	oki_doctor_folders(struct onshi_doctor *d);
void	oki_doctor_journal(struct onshi_doctor *d);
void	oki_doctor_trail(struct onshi_doctor *d);
void	oki_doctor_sealed(struct onshi_doctor *d);
void	oki_doctor_disk(struct onshi_doctor *d);
/* Whether the configured link is of that type, and no program's own. */
bool	oki_doctor_has_link(const struct onshi_doctor *d, const char *type);

#endif
