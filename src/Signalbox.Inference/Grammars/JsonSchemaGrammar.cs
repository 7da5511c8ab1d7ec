using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Grammars;

/// <summary>A JSON schema compiled to what an answer may consist of. Immutable; one per schema and vocabulary.</summary>
internal sealed class JsonSchemaGrammar
{
    /// <param name="schema">A JSON schema; <c>true</c> or an empty object for any JSON.</param>
    /// <param name="tokenizer">The vocabulary.</param>
    /// <param name="grammar">The grammar.</param>
    /// <param name="fault">The keyword that is not supported or contradicts another, by its JSON path.</param>
    public static bool TryCompile(JsonElement schema, Tokenizer tokenizer, [NotNullWhen(true)] out JsonSchemaGrammar? grammar, [NotNullWhen(false)] out EngineFault? fault) =>
        throw new NotImplementedException();

    /// <summary>The start of one answer.</summary>
    public ITokenConstraint Start() => throw new NotImplementedException();
}
