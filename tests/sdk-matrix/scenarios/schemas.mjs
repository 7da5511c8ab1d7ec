/** A schema without what dialects spell differently: type names in capitals, the ban on more properties, the order of keys. */
export function comparable(schema) {
  if (Array.isArray(schema)) return schema.map(comparable);
  if (schema === null || typeof schema !== 'object') return schema;
  const result = {};
  for (const key of Object.keys(schema).sort()) {
    if (['additionalProperties', 'propertyOrdering', '$schema', 'title'].includes(key)) continue;
    result[key] = key === 'type' && typeof schema[key] === 'string' ? schema[key].toLowerCase() : comparable(schema[key]);
  }
  return result;
}
