using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Signalbox.Inference.Grammars.Schemas;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Grammars;

/// <summary>
/// A JSON schema compiled to what an answer may consist of. Immutable; one per schema and vocabulary. Every answer that a constraint lets through to its
/// end parses and is valid, within any number of tokens that holds the shortest one; docs/structured-output.md has the keywords.
/// </summary>
internal sealed class JsonSchemaGrammar
{
    /// <summary>Values inside each other, unless the shortest answer needs more; readers of JSON commonly stop at 64.</summary>
    private const int UsualDepth = 32;

    private const int MaximumDepth = 63;

    private readonly GrammarAutomaton _automaton;
    private readonly TokenTrie _trie;

    private JsonSchemaGrammar(GrammarAutomaton automaton, TokenTrie trie)
    {
        _automaton = automaton;
        _trie = trie;
    }

    /// <summary>Tokens that are enough for some answer, one per byte; <see cref="Start(int?)"/> takes no fewer.</summary>
    public int MinimumTokens => _automaton.Need;

    /// <param name="schema">A JSON schema; <c>true</c> or an empty object for any JSON.</param>
    /// <param name="tokenizer">The vocabulary.</param>
    /// <param name="grammar">The grammar.</param>
    /// <param name="fault">The keyword that is not supported or contradicts another, by its JSON path.</param>
    public static bool TryCompile(JsonElement schema, Tokenizer tokenizer, [NotNullWhen(true)] out JsonSchemaGrammar? grammar, [NotNullWhen(false)] out EngineFault? fault)
    {
        grammar = null;
        var document = new SchemaDocument(schema);
        if (SchemaCompiler.Compile(document) is not var (root, states))
        {
            fault = document.Fault!;
            return false;
        }

        if (!GrammarNeeds.TryCompute(states) || root.Start.Depth > MaximumDepth)
        {
            document.Unsupported("#", $"its shortest answer has more than {MaximumDepth} values inside each other. Make it flatter, and recursive properties optional.");
        }
        else if (root.Start.Need >= GrammarState.Never)
        {
            document.Contradiction("#", "a schema requires itself, so that no answer ends. Make the recursive property optional.");
        }

        fault = document.Fault ?? MissingBytes(tokenizer.Trie);
        if (fault is not null)
        {
            return false;
        }

        grammar = new JsonSchemaGrammar(new GrammarAutomaton(root, Math.Max(UsualDepth, root.Start.Depth)), tokenizer.Trie);
        return true;
    }

    /// <summary>The start of one answer of any length.</summary>
    public ITokenConstraint Start() => Start(null);

    /// <summary>
    /// The start of one answer that ends within a number of tokens: as they run out, only tokens are allowed behind which it still can.
    /// </summary>
    /// <param name="maxTokens">Tokens with text, the end token not counted: at least <see cref="MinimumTokens"/> (ask <see cref="Fits"/> first); null for any number.</param>
    public ITokenConstraint Start(int? maxTokens) =>
        Fits(maxTokens) is { } fault
            ? throw new ArgumentOutOfRangeException(nameof(maxTokens), fault.Message)
            : new GrammarConstraint(_automaton, _trie, maxTokens ?? GrammarConstraint.Unlimited);

    /// <summary>Why no answer fits a number of tokens; null where one does.</summary>
    public EngineFault? Fits(int? maxTokens) => maxTokens < MinimumTokens
        ? new EngineFault(
            EngineFaultKind.InvalidRequest,
            $"{maxTokens} tokens may be too few for any answer that is valid by the JSON schema; {MinimumTokens} are enough. Raise the maximum number of tokens.")
        : null;

    /// <summary>Every byte needs a token of its own: only then does the shortest text of so many bytes fit so many tokens.</summary>
    private static EngineFault? MissingBytes(TokenTrie trie)
    {
        for (var next = 0x20; next <= 0xF4; next++)
        {
            if (!trie.HasToken((byte)next) && next is not (0x7F or 0xC0 or 0xC1))
            {
                return new EngineFault(
                    EngineFaultKind.Unsupported,
                    $"The model's vocabulary has no token for the byte 0x{next:X2}, so that answers cannot be held to a JSON schema. Use a model whose tokenizer has all bytes.");
            }
        }

        return null;
    }
}
