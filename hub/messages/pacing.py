"""Pacing: how fast messages may leave through one gateway account, over all workers and hosts.

A token bucket in the broker, moved by one script on the broker's own clock, so that workers
whose clocks differ keep one rate. Tokens are granted in whole blocks: a block that is not there
yet is waited for, never handed out in bits. A wiped broker means a full bucket, which exceeds the
rate by one burst at most.
"""

from redis import Redis
from redis.exceptions import RedisError

BLOCK = 10
"""Tokens a take: one call of the broker for ten messages."""

# Keys: the bucket. Arguments: tokens a second, size, tokens wanted.
# Gives the seconds to wait as text; "0" where the tokens were granted.
_TAKE = """
local rate, size, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local state = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'closed')
local closed = tonumber(state[3] or '0')
if closed > now then return tostring(closed - now) end
local tokens = tonumber(state[1] or size)
local at = tonumber(state[2] or now)
tokens = math.min(size, tokens + math.max(0, now - at) * rate)
local wait = 0
if tokens >= want then tokens = tokens - want else wait = (want - tokens) / rate end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(1000 * (size / rate + 60)))
return tostring(wait)
"""

# Keys: the bucket. Arguments: seconds for which nothing is granted.
_EMPTY = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local shut = now + tonumber(ARGV[1])
local closed = math.max(shut, tonumber(redis.call('HGET', KEYS[1], 'closed') or '0'))
redis.call('HSET', KEYS[1], 'tokens', '0', 'at', string.format('%.6f', closed),
  'closed', string.format('%.6f', closed))
redis.call('PEXPIRE', KEYS[1], math.ceil(1000 * (closed - now + 60)))
return 1
"""

_LONGEST_SHUT = 3600.0


class BrokerGone(Exception):
    """The broker does not answer: the rate cannot be kept, so nothing may leave."""


class Pacer:
    """The bucket of one gateway account.

    `rate` is messages a second, `burst` how many may leave at once after a pause.
    """

    def __init__(self, redis: Redis, account: str, *, rate: float, burst: int) -> None:
        self._key = f"hub:pace:{account}"
        self._take = redis.register_script(_TAKE)
        self._empty = redis.register_script(_EMPTY)
        self._rate = rate
        self._size = max(1, burst)

    @property
    def block(self) -> int:
        """How many tokens are taken at once: fewer than `BLOCK` where the gateway is slow."""
        return max(1, min(BLOCK, self._size, int(self._rate)))

    def take(self, tokens: int) -> float:
        """Take tokens: 0.0 where they were granted, else the seconds after which to ask again.

        Raises BrokerGone where the broker does not answer.
        """
        try:
            wait = self._take(keys=[self._key], args=[self._rate, self._size, tokens])
        except RedisError as exc:
            raise BrokerGone from exc
        return float(wait)

    def empty(self, seconds: float) -> None:
        """Grant nobody anything for so many seconds: the gateway said that it has enough.

        Raises BrokerGone where the broker does not answer.
        """
        try:
            self._empty(keys=[self._key], args=[min(max(seconds, 0.0), _LONGEST_SHUT)])
        except RedisError as exc:
            raise BrokerGone from exc
