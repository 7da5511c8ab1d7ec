using System.Text;
using System.Text.Json;
using NJsonSchema;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Grammars;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Tests.Grammars;

public sealed class SharedVocabularyGrammarTests
{
    [Theory]
    [InlineData("gpt-2")]
    [InlineData("llama-spm")]
    [InlineData("phi-3")]
    public async Task Answers_with_the_vocabularies_of_known_models_are_valid_as_the_caller_reads_them(string name)
    {
        Assert.True(GgufFile.TryOpen(SharedData.Engine($"tokenizers/ggml-vocab-{name}.gguf"), out var file, out var fault), fault?.Message);
        using var opened = file;
        Assert.True(Tokenizer.TryCreate(file.Metadata, out var tokenizer, out fault), fault?.Message);
        var schemas = new RandomSchema(51);
        for (var i = 0; i < 60; i++)
        {
            var schema = schemas.Next();
            var grammar = Grammar.Of(schema, tokenizer);
            var judge = await JsonSchema.FromJsonAsync(schema, TestContext.Current.CancellationToken);
            var text = Read(tokenizer, grammar.Start(grammar.MinimumTokens + i), i);
            using var parsed = JsonDocument.Parse(text);
            Assert.True(judge.Validate(text).Count == 0, $"{schema}\n{text}");
        }
    }

    private static string Read(Tokenizer tokenizer, ITokenConstraint constraint, int seed)
    {
        var written = new Recorder(constraint);
        Assert.NotNull(new RandomChoice(tokenizer, seed).Answer(written, int.MaxValue));
        var detokenizer = new StreamingDetokenizer(tokenizer);
        var text = new StringBuilder();
        foreach (var token in written.Tokens)
        {
            text.Append(detokenizer.Append(token));
        }

        return text.Append(detokenizer.Flush()).ToString();
    }

    /// <summary>Remembers the tokens of an answer.</summary>
    private sealed class Recorder(ITokenConstraint inner) : ITokenConstraint
    {
        public List<int> Tokens { get; } = [];

        public bool MayEnd => inner.MayEnd;

        public bool MustEnd => inner.MustEnd;

        public bool Allows(int token) => inner.Allows(token);

        public void FillMask(Span<ulong> mask) => inner.FillMask(mask);

        public void Accept(int token)
        {
            Tokens.Add(token);
            inner.Accept(token);
        }
    }
}
