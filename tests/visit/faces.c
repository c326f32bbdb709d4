/* Face files for tests. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "faces.h"

#define OURS	"1319999996"

static const char *
or_else(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

static void
japan_time(char to[16], int64_t seconds)
{
	time_t t = (time_t)(seconds + 9 * 3600);
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(to, 16, "%Y%m%d%H%M%S", &tm) == 0)
		abort();
}

static int
make(const struct face_text *t, char *to, size_t room)
{
	const char *flag = or_else(t->flag, "1");
	char now[16], until[16];

	japan_time(now, t->made);
	japan_time(until, t->made + (t->seconds != 0 ? t->seconds : 86400));

	return snprintf(to, room, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
	    "<XmlMsg><MessageHeader><ProcessExecutionTime>%s"
	    "</ProcessExecutionTime><QualificationConfirmationDate>%.8s"
	    "</QualificationConfirmationDate><MedicalInstitutionCode>%s"
	    "</MedicalInstitutionCode><ArbitraryFileIdentifier>%08dAAAA="
	    "</ArbitraryFileIdentifier><ReferenceClassification>%s"
	    "</ReferenceClassification><SegmentOfResult>1</SegmentOfResult>"
	    "<CharacterCodeIdentifier>0</CharacterCodeIdentifier>"
	    "</MessageHeader><MessageBody><ProcessingResultStatus>%s"
	    "</ProcessingResultStatus>%s<QualificationValidity>1"
	    "</QualificationValidity><ResultList>"
	    "<ResultOfQualificationConfirmation><InsuredCardClassification>01"
	    "</InsuredCardClassification><InsurerNumber>99138006"
	    "</InsurerNumber><InsuredCardSymbol>7</InsuredCardSymbol>"
	    "<InsuredIdentificationNumber>%d</InsuredIdentificationNumber>"
	    "<InsuredBranchNumber>01</InsuredBranchNumber>"
	    "<Name>CANARYNAME</Name><Sex1>2</Sex1>"
	    "<Birthdate>19800512</Birthdate>"
	    "<InsurerName>CANARYINSURER</InsurerName>"
	    "<LimitApplicationCertificateRelatedConsFlg>1"
	    "</LimitApplicationCertificateRelatedConsFlg>"
	    "<LimitApplicationCertificateRelatedConsTime>%s"
	    "</LimitApplicationCertificateRelatedConsTime>"
	    "<LimitApplicationCertificateRelatedInfo>"
	    "<LimitApplicationCertificateClassification>01"
	    "</LimitApplicationCertificateClassification>"
	    "</LimitApplicationCertificateRelatedInfo>"
	    "<SpecificHealthCheckupsInfoConsFlg>0"
	    "</SpecificHealthCheckupsInfoConsFlg>"
	    "<PharmacistsInfoConsFlg>%s</PharmacistsInfoConsFlg>"
	    "<PharmacistsInfoConsTime>%s</PharmacistsInfoConsTime>"
	    "<PharmacistsInfoAvailableTime>%s</PharmacistsInfoAvailableTime>"
	    "<ReferenceNumber>P%d</ReferenceNumber>%s"
	    "</ResultOfQualificationConfirmation></ResultList></MessageBody>"
	    "</XmlMsg>\n", now, now, or_else(t->institution, OURS), t->n,
	    or_else(t->by, "1"), or_else(t->status, "1"),
	    t->status != NULL ? "<ProcessingResultCode>EOQS0101E"
	    "</ProcessingResultCode>" : "", 1000 + t->n, now, flag, now,
	    until, t->n, or_else(t->more, ""));
}

int
face_content(const struct face_text *t, char *to, size_t room)
{
	return make(t, to, room) - t->cut;
}

void
face_write_as(const struct face_text *t, const char *name)
{
	char text[8192], path[512], temp[512];
	FILE *file;
	int n = face_content(t, text, sizeof(text));

	(void)snprintf(temp, sizeof(temp), "%s/.%ld-%d.tmp", t->dir,
	    (long)getpid(), t->n);
	(void)snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	if ((file = fopen(temp, "w")) == NULL ||
	    fwrite(text, 1, (size_t)n, file) != (size_t)n ||
	    fclose(file) != 0 || rename(temp, path) != 0)
		abort();
}

void
face_write(const struct face_text *t, char to[128])
{
	char now[16];

	japan_time(now, t->made);
	if (t->name != NULL)
		(void)snprintf(to, 128, "%s", t->name);
	else
		(void)snprintf(to, 128, "OQSsiquc01res_face_%s%016d_%s.xml",
		    or_else(t->code, OURS), t->n, now);
	face_write_as(t, to);
}

int
face_files(const char *dir, char last[256])
{
	struct dirent *entry;
	DIR *d = opendir(dir);
	int n = 0;

	last[0] = '\0';
	if (d == NULL)
		return -1;
	while ((entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0 ||
		    strncmp(entry->d_name, ".onshi-", 7) == 0)
			continue;
		(void)snprintf(last, 256, "%s", entry->d_name);
		n++;
	}
	closedir(d);

	return n;
}

void
face_make_tree(char top[FACE_TOP], char dir[FACE_DIR])
{
	(void)snprintf(top, FACE_TOP, "%s/faces.XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	if (mkdtemp(top) == NULL)
		abort();
	(void)snprintf(dir, FACE_DIR, "%s/face", top);
	if (mkdir(dir, 0700) != 0)
		abort();
}

void
face_remove_tree(const char *path)
{
	char command[300];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", path);
	if (system(command) != 0)
		abort();
}
