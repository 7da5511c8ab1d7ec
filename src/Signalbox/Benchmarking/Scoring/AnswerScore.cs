namespace Signalbox.Benchmarking.Scoring;

/// <summary>How good one answer is, as far as its prompt lets that be told; null where it does not.</summary>
/// <param name="Exact">Whether it is the reference, 1 or 0.</param>
/// <param name="F1">Token F1 against the reference.</param>
/// <param name="RougeL">ROUGE-L against the reference.</param>
/// <param name="JsonValid">Whether it is JSON where a schema asks for some, 1 or 0.</param>
/// <param name="SchemaValid">Whether it satisfies the schema, 1 or 0.</param>
internal readonly record struct AnswerScore(double? Exact, double? F1, double? RougeL, double? JsonValid, double? SchemaValid)
{
    /// <summary>
    /// One number, 0 to 1: the token F1 of the reference, nothing where the schema is not satisfied. Without a reference it is not known: what satisfies a schema may
    /// be nonsense, and a grammar can force it.
    /// </summary>
    public double? Quality => F1 * (SchemaValid ?? 1);

    public static AnswerScore Of(string answer, BenchmarkPrompt prompt, SchemaCheck? schema)
    {
        double? exact = null, f1 = null, rouge = null, json = null, valid = null;
        if (prompt.Reference is { } reference)
        {
            exact = TextOverlap.IsExact(answer, reference) ? 1 : 0;
            f1 = TextOverlap.F1(answer, reference);
            rouge = TextOverlap.RougeL(answer, reference);
        }

        if (schema is not null)
        {
            json = SchemaCheck.IsJson(answer) ? 1 : 0;
            valid = schema.Accepts(answer) ? 1 : 0;
        }

        return new AnswerScore(exact, f1, rouge, json, valid);
    }
}
