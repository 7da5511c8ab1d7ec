using System.Text;
using System.Text.Json;
using NJsonSchema;
using Signalbox.Inference.Grammars;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Grammars;

/// <summary>The promise of the grammar: whatever a model would rather say, its answer parses and is valid, however few tokens it has.</summary>
public sealed class RandomSchemaTests
{
    private const int Schemas = 2000;

    private static readonly Lazy<PieceTokenizer> Words = new(static () => PieceTokenizer.Realistic(32_000));
    private static readonly Lazy<PieceTokenizer> Bytes = new(PieceTokenizer.OfBytes);

    [Fact]
    public async Task Every_answer_of_a_random_model_to_a_random_schema_parses_and_is_valid_within_its_tokens()
    {
        var schemas = new RandomSchema(20260101);
        var random = new Random(5);
        var failures = new List<string>();
        for (var i = 0; i < Schemas; i++)
        {
            var text = schemas.Next();
            using var schema = JsonDocument.Parse(text);
            var tokenizer = i % 4 == 0 ? Bytes.Value : Words.Value;
            Assert.True(JsonSchemaGrammar.TryCompile(schema.RootElement, tokenizer, out var grammar, out var fault), $"{text}: {fault}");
            var judge = await JsonSchema.FromJsonAsync(text, TestContext.Current.CancellationToken);
            int[] limits = [grammar.MinimumTokens, grammar.MinimumTokens + random.Next(1, 40), grammar.MinimumTokens + 200];
            foreach (var limit in limits)
            {
                var answer = new RandomChoice(tokenizer, random.Next()).Answer(grammar.Start(limit), limit);
                Assert.NotNull(answer);
                var written = new UTF8Encoding(false, true).GetString(answer);
                using var parsed = JsonDocument.Parse(written);
                var errors = judge.Validate(written);
                if (errors.Count > 0)
                {
                    failures.Add($"{text}\n  {written}\n  {string.Join("; ", errors.Select(static error => $"{error.Kind} {error.Path}"))}");
                }
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count} are not valid:\n{string.Join('\n', failures.Take(12))}");
    }
}
