/** What was done: the closed list behind `db.operation.name`, summaries and names of database spans. */
import { cleanCollection } from './attributes.js';
import { opensStatement } from './sql/words.js';

/**
 * Operations of databases without SQL, in lower case: commands of MongoDB, Redis, Memcached, Elasticsearch and
 * OpenSearch, DynamoDB, Cosmos DB, HBase, Couchbase, InfluxDB and Neo4j as OpenTelemetry's instrumentations name them.
 */
const OTHER_OPERATIONS = new Set(
  `aggregate bulkwrite count countdocuments createindex createindexes createcollection deletemany deleteone distinct
   dropcollection dropindex dropindexes dropdatabase estimateddocumentcount find findandmodify findone findoneanddelete
   findoneandreplace findoneandupdate getmore hello ismaster insert insertmany insertone killcursors listcollections
   listdatabases listindexes mapreduce ping remove replaceone save update updatemany updateone watch
   committransaction aborttransaction endsessions
   append auth bitcount bitfield bitop bitpos blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin client
   cluster command config copy dbsize decr decrby del dump echo eval evalsha exec exists expire expireat expiretime
   fcall flushall flushdb geoadd geodist geohash geopos georadius geosearch geosearchstore get getbit getdel getex
   getrange getset hdel hexists hget hgetall hincrby hincrbyfloat hkeys hlen hmget hmset hrandfield hscan hset hsetnx
   hstrlen hvals incr incrby incrbyfloat info keys lastsave lcs lindex linsert llen lmove lmpop lpop lpos lpush lpushx
   lrange lrem lset ltrim mget migrate monitor move mset msetnx multi object persist pexpire pexpireat pfadd pfcount
   pfmerge pipeline psetex psubscribe pttl publish pubsub punsubscribe quit randomkey readonly readwrite rename renamenx
   replicaof reset restore role rpop rpoplpush rpush rpushx sadd scan scard script sdiff sdiffstore select set setbit
   setex setnx setrange sinter sintercard sinterstore sismember slowlog smembers smismember smove sort spop srandmember
   srem sscan ssubscribe strlen subscribe sunion sunionstore swapdb time touch ttl type unlink unsubscribe unwatch wait
   xack xadd xautoclaim xclaim xdel xgroup xinfo xlen xpending xrange xread xreadgroup xrevrange xtrim zadd zcard zcount
   zdiff zincrby zinter zlexcount zmpop zmscore zpopmax zpopmin zrandmember zrange zrangebylex zrangebyscore
   zrangestore zrank zrem zremrangebylex zremrangebyrank zremrangebyscore zrevrange zrevrangebyscore zrevrank zscan
   zscore zunion zunionstore
   add cas gets prepend stats version
   bulk create delete delete_by_query explain field_caps index msearch mtermvectors open_point_in_time
   put_mapping put_script reindex scroll search search_template termvectors update_by_query
   batchgetitem batchwriteitem createtable deleteitem deletetable describetable getitem listtables putitem query
   transactgetitems transactwriteitems updateitem updatetable
   read_item create_item upsert_item replace_item patch_item delete_item query_items read_all_items
   execute_batch increment check_and_put check_and_delete lookup upsert replace write match merge run`.split(
    /\s+/,
  ),
);
const LONGEST = 40;

/** True for what a database can do: a word that opens an SQL statement, or a listed operation. Any case. */
export function isOperation(text: string): boolean {
  return (
    text.length <= LONGEST && (opensStatement(text) || OTHER_OPERATIONS.has(text.toLowerCase()))
  );
}

/** `SELECT`, `findAndModify`, `BATCH INSERT`; anything that is not listed is undefined. */
export function cleanOperation(text: string): string | undefined {
  return isOperation(/^BATCH /i.test(text) ? text.slice(6) : text) ? text : undefined;
}

const MAX_SUMMARY = 255;

/** `SELECT orders customers`, `find users`: what was done, then names. Text that begins otherwise is `?`. */
export function cleanSummary(value: string): string {
  const words = value.slice(0, MAX_SUMMARY).split(/\s+/).filter(Boolean);
  const [first = '', second = ''] = words;
  const batch = first.toUpperCase() === 'BATCH';
  if (first !== '' && !isOperation(batch ? second : first)) return '?';
  return words.map((word) => (word === '*' ? word : cleanCollection(word))).join(' ');
}
