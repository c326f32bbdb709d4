/* The virtual reader's protocol: two bytes of length, then the data. */
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	RETRY_MS	= 50,
	LEAVE_MS	= 1500,
	ABSENT_MS	= 500	/* the daemon looks for cards every 400 */
};

/* HOST:PORT; an IPv6 address stands in brackets. */
int
vc_reader_set(struct vc_reader *r, const char *address)
{
	const char *colon = strrchr(address, ':');
	size_t len;

	*r = (struct vc_reader){ .fd = -1 };
	if (colon == NULL || strlen(colon + 1) >= sizeof(r->port) ||
	    colon[1] == '\0')
		return -1;
	len = (size_t)(colon - address);
	if (len >= 2 && address[0] == '[' && address[len - 1] == ']') {
		address++;
		len -= 2;
	}
	if (len == 0 || len >= sizeof(r->host))
		return -1;
	memcpy(r->host, address, len);
	memcpy(r->port, colon + 1, strlen(colon + 1) + 1);

	return 0;
}

/*
 * The driver sends length and data apart; unless each is acknowledged at
 * once, every command waits 40 ms. The kernel forgets the wish after a while.
 */
static void
hurry(int fd)
{
	int one = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
}

void
vc_reader_connect(struct vc_reader *r)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICSERV | AI_NUMERICHOST };
	struct addrinfo *found = NULL;

	r->not_before = vc_now_ms() + RETRY_MS;
	r->have = 0;
	if (getaddrinfo(strcmp(r->host, "localhost") == 0 ? "127.0.0.1" :
	    r->host, r->port, &hints, &found) != 0)
		return;
	if ((r->fd = socket(found->ai_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) >= 0) {
		if (connect(r->fd, found->ai_addr, found->ai_addrlen) == 0 ||
		    errno == EINPROGRESS)
			r->link = LINK_CONNECTING;
		else
			vc_reader_close(r);
	}
	freeaddrinfo(found);
}

/* The connection has come about, or has not. */
void
vc_reader_settle(struct vc_reader *r)
{
	socklen_t len = sizeof(int);
	int error = 0;

	if (getsockopt(r->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 ||
	    error != 0) {
		vc_reader_close(r);
		return;
	}
	r->link = LINK_UP;
	r->up_since = vc_now_ms();
	hurry(r->fd);
}

bool
vc_reader_fill(struct vc_reader *r)
{
	ssize_t n;

	if (r->link == LINK_LEAVING)
		r->have = 0;
	n = recv(r->fd, r->in + r->have, sizeof(r->in) - r->have, 0);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	if (n == 0)
		return false;
	r->have += (size_t)n;
	hurry(r->fd);

	return true;
}

/* One whole message, if there is one. */
bool
vc_reader_take(struct vc_reader *r, uint8_t *out, size_t *len)
{
	if (r->have < 2)
		return false;
	*len = (size_t)(r->in[0] << 8 | r->in[1]);
	if (r->have < 2 + *len)
		return false;
	memcpy(out, r->in + 2, *len);
	r->have -= 2 + *len;
	memmove(r->in, r->in + 2 + *len, r->have);

	return true;
}

/* An answer of no bytes would hang the driver for good: none is ever sent. */
bool
vc_reader_send(struct vc_reader *r, const uint8_t *data, size_t len)
{
	struct pollfd p = { .fd = r->fd, .events = POLLOUT };
	uint8_t frame[VC_FRAME_MAX];
	size_t done = 0;
	ssize_t n;

	if (len == 0 || len > sizeof(frame) - 2)
		return false;
	frame[0] = (uint8_t)(len >> 8);
	frame[1] = (uint8_t)len;
	memcpy(frame + 2, data, len);
	while (done < len + 2) {
		n = send(r->fd, frame + done, len + 2 - done, MSG_NOSIGNAL);
		if (n > 0)
			done += (size_t)n;
		else if (errno == EAGAIN ? poll(&p, 1, 2000) <= 0 :
		    errno != EINTR)
			return false;
	}

	return true;
}

/*
 * The card goes. The driver closes its end when it next speaks to the card.
 * If that was not the daemon's look for cards, an absence that ends before
 * the next look goes unseen: the next card keeps away for so long.
 */
void
vc_reader_leave(struct vc_reader *r)
{
	if (r->link != LINK_UP) {
		vc_reader_close(r);
		return;
	}
	(void)shutdown(r->fd, SHUT_WR);
	r->link = LINK_LEAVING;
	r->leave_by = vc_now_ms() + LEAVE_MS;
}

void
vc_reader_close(struct vc_reader *r)
{
	if (r->fd >= 0)
		(void)close(r->fd);
	r->fd = -1;
	r->have = 0;
	if (r->link == LINK_LEAVING)
		r->not_before = vc_now_ms() + ABSENT_MS;
	r->link = LINK_NONE;
}
