using System.Text.Json;
using Signalbox.Inference.Grammars;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Grammars;

public sealed class TokenMaskTests
{
    private const string Person = """
        {"type":"object","properties":{"name":{"type":"string"},"note":{"type":"string","minLength":2,"maxLength":30},"code":{"type":"string","pattern":"^[a-z]+$"},
        "tags":{"type":"array","items":{"type":"string"}},"age":{"type":"integer","minimum":0,"maximum":150},"more":{}},"required":["name","note","code","tags","age","more"]}
        """;

    private static readonly Lazy<PieceTokenizer> Words = new(static () => PieceTokenizer.Realistic(6_000));

    [Fact]
    public void A_token_is_allowed_exactly_where_its_bit_is_set()
    {
        var schemas = new RandomSchema(31);
        var random = new Random(32);
        var places = 0;
        for (var i = 0; i < 150; i++)
        {
            var grammar = i % 3 == 0 ? Grammar.Of(Person, Words.Value) : Grammar.Of(schemas.Next(), Words.Value);
            var limit = grammar.MinimumTokens + (i % 5 == 0 ? 0 : random.Next(60));
            var constraint = grammar.Start(limit);
            var answer = new RandomChoice(Words.Value, i).Answer(constraint, limit, mask =>
            {
                // Every place near the end, where the limit bites; some of the others.
                if (places++ % 3 != 0)
                {
                    return;
                }

                for (var token = 0; token < Words.Value.VocabularySize; token++)
                {
                    Assert.Equal((mask[token / 64] & (1UL << (token % 64))) != 0, constraint.Allows(token));
                }
            });
            Assert.NotNull(answer);
        }

        Assert.True(places > 1000);
    }

    [Fact]
    public void The_shortest_answer_fits_exactly_and_one_token_less_is_refused()
    {
        var grammar = Grammar.Of("""{"type":"object","properties":{"a":{"enum":["long word","b"]},"c":{"type":"integer"}},"required":["a"]}""");
        Assert.Equal("""{"a":"b"}""".Length, grammar.MinimumTokens);
        Assert.Null(grammar.Fits(9));
        var fault = grammar.Fits(8);
        Assert.Equal(EngineFaultKind.InvalidRequest, fault?.Kind);
        Assert.Throws<ArgumentOutOfRangeException>(() => grammar.Start(8));

        var answer = new RandomChoice(PieceTokenizer.OfBytes(), 3).Answer(grammar.Start(9), 9);
        Assert.Equal("""{"a":"b"}"""u8.ToArray(), answer);
    }

    [Theory]
    [InlineData("""{"type":"array","items":{"$ref":"#"}}""")]
    [InlineData("""{"type":"object","additionalProperties":{"$ref":"#"}}""")]
    [InlineData("{}")]
    [InlineData("""{"type":"object","properties":{"child":{"$ref":"#"},"name":{"type":"string"}},"required":["name"]}""")]
    public void Recursion_ends_before_readers_of_JSON_give_up(string schema)
    {
        var tokenizer = Words.Value;
        var grammar = Grammar.Of(schema, tokenizer);
        for (var seed = 0; seed < 20; seed++)
        {
            var answer = new RandomChoice(tokenizer, seed).Answer(grammar.Start(400), 400);
            using var parsed = JsonDocument.Parse(answer!);
        }

        var deep = string.Concat(Enumerable.Repeat("[", 100));
        Assert.False(Grammar.Accepts("{}", deep + new string(']', 100)));
    }

    [Fact]
    public void An_answer_that_is_whole_must_end_where_nothing_can_follow()
    {
        var constraint = Grammar.Of("""{"enum":["ab","abc",12]}""").Start();
        Write(constraint, "1");
        Assert.False(constraint.MayEnd);
        Write(constraint, "2");
        Assert.True(constraint.MayEnd);
        Assert.True(constraint.MustEnd);
        Assert.True(constraint.Allows(PieceTokenizer.End));
        Assert.False(constraint.Allows(PieceTokenizer.Control));
        constraint.Accept(PieceTokenizer.End);
        Assert.False(constraint.Allows(PieceTokenizer.End));
    }

    [Fact]
    public void A_number_may_end_or_go_on()
    {
        var constraint = Grammar.Of("""{"type":"integer","maximum":99}""").Start();
        Write(constraint, "4");
        Assert.True(constraint.MayEnd);
        Assert.False(constraint.MustEnd);
        Assert.True(constraint.Allows(PieceTokenizer.OfByte((byte)'2')));
    }

    [Fact]
    public void A_token_that_is_not_allowed_cannot_be_accepted()
    {
        var constraint = Grammar.Of("""{"type":"integer"}""").Start();
        Assert.Throws<InvalidOperationException>(() => constraint.Accept(PieceTokenizer.OfByte((byte)'x')));
        Assert.False(constraint.Allows(-1));
        Assert.False(constraint.Allows(int.MaxValue));
    }

    [Fact]
    public void Places_that_were_seen_before_cost_no_memory()
    {
        var tokenizer = Words.Value;
        var grammar = Grammar.Of(Person, tokenizer);
        var tokens = new List<int>();
        var mask = new ulong[(tokenizer.VocabularySize + 63) / 64];
        Record(grammar.Start(200), tokens, tokenizer);
        for (var round = 0; round < 2; round++)
        {
            Replay(grammar.Start(200), tokens, mask);
        }

        var constraint = grammar.Start(200);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Replay(constraint, tokens, mask);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(constraint.MayEnd);
    }

    [Fact]
    public void Several_answers_may_share_a_grammar_at_once()
    {
        var tokenizer = Words.Value;
        var grammar = Grammar.Of(Person, tokenizer);
        var expected = Enumerable.Range(0, 8).Select(seed => new RandomChoice(tokenizer, seed).Answer(Grammar.Of(Person, tokenizer).Start(250), 250)!).ToArray();
        Parallel.For(0, 32, i => Assert.Equal(expected[i % 8], new RandomChoice(tokenizer, i % 8).Answer(grammar.Start(250), 250)));
    }

    [Fact]
    public void What_is_remembered_of_a_grammar_is_bounded()
    {
        // Each length so far is a place of its own; 20,000 of them are more than are kept.
        var grammar = Grammar.Of("""{"type":"string","maxLength":20000}""");
        var constraint = grammar.Start();
        Write(constraint, "\"" + new string('x', 20_000));
        Assert.False(constraint.Allows(PieceTokenizer.OfByte((byte)'x')));
        Write(constraint, "\"");
        Assert.True(constraint.MustEnd);
        Assert.True(Grammar.Accepts(grammar, "\"again\""));
    }

    private static void Write(ITokenConstraint constraint, string text)
    {
        foreach (var next in text)
        {
            constraint.Accept(PieceTokenizer.OfByte((byte)next));
        }
    }

    private static void Record(ITokenConstraint constraint, List<int> tokens, PieceTokenizer tokenizer)
    {
        var random = new Random(8);
        var mask = new ulong[(tokenizer.VocabularySize + 63) / 64];
        while (!constraint.MustEnd)
        {
            constraint.FillMask(mask);
            var allowed = Enumerable.Range(0, tokenizer.VocabularySize).Where(token => (mask[token / 64] & (1UL << (token % 64))) != 0 && token != PieceTokenizer.End).ToArray();
            tokens.Add(allowed[random.Next(allowed.Length)]);
            constraint.Accept(tokens[^1]);
        }
    }

    private static void Replay(ITokenConstraint constraint, List<int> tokens, ulong[] mask)
    {
        foreach (var token in tokens)
        {
            constraint.FillMask(mask);
            if (!constraint.Allows(token))
            {
                throw new InvalidOperationException("It was allowed before.");
            }

            constraint.Accept(token);
        }
    }
}
