using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Tokens;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Tokens;

public sealed class TextCensusTests
{
    private const string CountFile = "tests/Signalbox.Tests/Dialects/Tokens/counted-texts.tsv";

    private static Gen<string> Pieces => Gen.Elements(
        "the ", "Haus", "é", "naïve ", "12345", "  ", "\n", "\n\n", "foo_bar(", "});", "你好", "日本", "かな", "안녕", "привет ", "مرحبا ", "नमस्ते ", "😀", "\ud800", "—", "HTTPServer", "aGVs9x")
        .ListOf().Select(static pieces => string.Concat(pieces));

    [Fact]
    public void More_text_never_has_fewer_tokens()
    {
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(400).WithReplay(20261121, 9973),
            Prop.ForAll(Pieces.ToArbitrary(), Pieces.ToArbitrary(), static (text, more) =>
            {
                foreach (var family in Enum.GetValues<TokenizerFamily>())
                {
                    Assert.True(TokenEstimate.OfText(text, family) <= TokenEstimate.OfText(text + more, family));
                }
            }));
    }

    [Fact]
    public void More_text_never_has_fewer_tokens_where_it_is_sampled()
    {
        var text = string.Concat(Enumerable.Repeat("Der Zug nach 东京 (Gleis 7) fährt um 09:45 ab; ", 6000));
        var before = 0;
        for (var length = TextCensus.ExactCharacters - 3000; length < text.Length; length += 997)
        {
            var tokens = TokenEstimate.OfText(text.AsSpan(0, length), TokenizerFamily.O200k);
            Assert.True(tokens >= before, $"{tokens} tokens at {length} characters, {before} before");
            before = tokens;
        }
    }

    [Fact]
    public void A_sampled_text_is_counted_nearly_as_well_as_a_whole_one()
    {
        var piece = string.Concat(Enumerable.Repeat("Der Zug nach 东京 (Gleis 7) fährt um 09:45 ab; ", 1000));
        var whole = TokenEstimate.OfText(piece, TokenizerFamily.O200k) * 20.0;
        Assert.InRange(TokenEstimate.OfText(string.Concat(Enumerable.Repeat(piece, 20)), TokenizerFamily.O200k), whole * 0.97, whole * 1.03);
    }

    [Fact]
    public void The_upper_estimate_is_never_below_the_estimate()
    {
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(20261121, 9973),
            Prop.ForAll(Pieces.ToArbitrary(), static text =>
            {
                var census = RequestCensus.Of(new DialectRequest { Model = "m", Messages = [new ChatMessage(ChatRole.User, text)], Options = new ChatOptions() });
                Assert.All(Enum.GetValues<TokenizerFamily>(), family => Assert.True(census.AtMost(family) >= census.Tokens(family)));
            }));
    }

    /// <summary>Texts of our own, counted with the published vocabularies of o200k, cl100k, Gemma 3, Llama 3, Llama 2 and Qwen 3.</summary>
    [Theory]
    [InlineData(nameof(TokenizerFamily.O200k), 2)]
    [InlineData(nameof(TokenizerFamily.Cl100k), 3)]
    [InlineData(nameof(TokenizerFamily.Gemini), 4)]
    [InlineData(nameof(TokenizerFamily.Llama), 5)]
    [InlineData(nameof(TokenizerFamily.SentencePiece), 6)]
    [InlineData(nameof(TokenizerFamily.Qwen), 7)]
    public void Estimates_are_near_what_vocabularies_count(string name, int column)
    {
        var family = Enum.Parse<TokenizerFamily>(name);
        var rows = Repository.Read(CountFile).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split('\t')).ToArray();
        var errors = rows.Select(row =>
        {
            var counted = int.Parse(row[column], System.Globalization.CultureInfo.InvariantCulture);
            return (Kind: row[0], Error: Math.Abs(TokenEstimate.OfText(row[1].Replace("\\n", "\n"), family) - counted) / (double)counted);
        }).ToArray();
        var mean = errors.Average(static e => e.Error);
        TestContext.Current.SendDiagnosticMessage($"{family}: mean error {mean:P1}, within 15 % {errors.Count(static e => e.Error <= 0.15) / (double)errors.Length:P0}");
        Assert.True(mean <= 0.15, string.Join(" ", errors.Select(static e => $"{e.Kind}:{e.Error:P0}")));
    }

    [Theory]
    [InlineData("claude-sonnet-4-5", nameof(TokenizerFamily.Claude))]
    [InlineData("anthropic/claude-haiku-4.5", nameof(TokenizerFamily.Claude))]
    [InlineData("gpt-4o-2024-11-20", nameof(TokenizerFamily.O200k))]
    [InlineData("gpt-4.1-mini", nameof(TokenizerFamily.O200k))]
    [InlineData("gpt-4-turbo", nameof(TokenizerFamily.Cl100k))]
    [InlineData("gpt-oss:20b", nameof(TokenizerFamily.Harmony))]
    [InlineData("meta-llama/Llama-3.3-70B-Instruct", nameof(TokenizerFamily.Llama))]
    [InlineData("Qwen/Qwen3-4B", nameof(TokenizerFamily.Qwen))]
    [InlineData("gemma3:1b", nameof(TokenizerFamily.Gemini))]
    [InlineData("something-new", nameof(TokenizerFamily.O200k))]
    public void A_name_tells_the_tokenizer(string model, string family) => Assert.Equal(family, TokenizerFamilies.OfModel(model).ToString());
}
