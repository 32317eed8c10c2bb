/** A value as text: to another thread one string costs less than the thousands of objects of a batch. */
export type Packed<Value> = {
  readonly json: string;
  /** Never there: it keeps the type. */
  readonly of?: Value;
};

/** Packs a value that JSON can hold: what is undefined in it is left out. */
export function pack<Value>(value: Value): Packed<Value> {
  return { json: JSON.stringify(value) };
}

/** The value again: a copy. */
export function unpack<Value>({ json }: Packed<Value>): Value {
  return parse(json);
}

/** Only what {@link pack} wrote is read here, so the type is the one that went in. */
const parse: <Value>(json: Packed<Value>['json']) => Value = JSON.parse;
