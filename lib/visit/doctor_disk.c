/* The doctor: space on the disks of the directories that are used. */
#include "config.h"

#include "visit/doctor.h"

#define MB	1048576
#define FULL	(16 * MB)
#define LOW	(256 * (int64_t)MB)	/* of the largest answer's order */

void
oki_doctor_disk_of(struct onshi_doctor *d, struct oki_dir *dir,
    const char *name)
{
	int64_t room = oki_dir_room(dir);

	if (room < 0)
		return;
	if (d->least < 0 || room < d->least)
		d->least = room;
	if (room < LOW)
		oki_doctor_counted(d, room < FULL ? OKI_FOUND_DISK_FULL :
		    OKI_FOUND_DISK_LOW, NULL, name, room / MB);
}

void
oki_doctor_disk(struct onshi_doctor *d)
{
	if (d->least >= 0 && oki_doctor_bad(d, "disk") == 0)
		oki_doctor_counted(d, OKI_FOUND_DISK_OK, NULL, NULL,
		    d->least / MB);
}
