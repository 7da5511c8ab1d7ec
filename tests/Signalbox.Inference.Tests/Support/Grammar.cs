using System.Text.Json;
using Signalbox.Inference.Grammars;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Tests.Support;

/// <summary>Grammars of schemas written in tests.</summary>
internal static class Grammar
{
    private static readonly Lazy<PieceTokenizer> Bytes = new(PieceTokenizer.OfBytes);

    public static JsonSchemaGrammar Of(string schema, Tokenizer? tokenizer = null)
    {
        using var document = JsonDocument.Parse(schema);
        Assert.True(JsonSchemaGrammar.TryCompile(document.RootElement, tokenizer ?? Bytes.Value, out var grammar, out var fault), $"{schema}: {fault}");
        return grammar;
    }

    public static EngineFault FaultOf(string schema, Tokenizer? tokenizer = null)
    {
        using var document = JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = 1000 });
        Assert.False(JsonSchemaGrammar.TryCompile(document.RootElement, tokenizer ?? Bytes.Value, out _, out var fault), schema);
        return fault;
    }

    /// <summary>Whether a text is a whole answer, byte by byte.</summary>
    public static bool Accepts(string schema, string text) => Accepts(Of(schema), text);

    public static bool Accepts(JsonSchemaGrammar grammar, string text) => Accepts(grammar, System.Text.Encoding.UTF8.GetBytes(text));

    public static bool Accepts(JsonSchemaGrammar grammar, ReadOnlySpan<byte> text)
    {
        var constraint = grammar.Start();
        foreach (var next in text)
        {
            var token = PieceTokenizer.OfByte(next);
            if (!constraint.Allows(token))
            {
                return false;
            }

            constraint.Accept(token);
        }

        return constraint.MayEnd;
    }
}
