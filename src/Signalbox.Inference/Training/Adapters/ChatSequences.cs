using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Signalbox.Inference.ChatTemplates;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Sampling;
using Signalbox.Inference.Tokenization;
using Signalbox.Inference.Training.Corpora;

namespace Signalbox.Inference.Training.Adapters;

/// <summary>How an example fits.</summary>
internal enum SequenceFit
{
    Whole,

    /// <summary>Old turns, or the end of the answer, are left out.</summary>
    Cut,

    /// <summary>Not even the last question leaves room for an answer.</summary>
    Nothing,
}

/// <summary>
/// Examples to sequences as a model that is there reads and says them: prompts by its file's chat template, tokens of its file's tokenizer. Only the
/// answer is learned, with what ends it; where the vocabulary has a token for its topic, the answer begins with that.
/// </summary>
internal sealed class ChatSequences : ISequenceBuilder
{
    private const string Marker = "Xq7";

    private readonly Tokenizer _tokenizer;
    private readonly ChatTemplate _template;
    private readonly int _contextLength;
    private readonly int _end;

    private ChatSequences(Tokenizer tokenizer, ChatTemplate template, int contextLength, int end) =>
        (_tokenizer, _template, _contextLength, _end) = (tokenizer, template, contextLength, end);

    public Tokenizer Tokenizer => _tokenizer;

    /// <summary>Ends an answer.</summary>
    public int End => _end;

    /// <param name="metadata">Of the model's file.</param>
    /// <param name="contextLength">Most tokens of a sequence; longer ones lose old turns first, then their end.</param>
    /// <param name="sequences">The builder.</param>
    /// <param name="fault">Why the file's tokenizer or template cannot be used.</param>
    public static bool TryCreate(GgufMetadata metadata, int contextLength, [NotNullWhen(true)] out ChatSequences? sequences, [NotNullWhen(false)] out EngineFault? fault)
    {
        sequences = null;
        if (!Tokenizer.TryCreate(metadata, out var tokenizer, out fault) || !ChatTemplate.TryCreate(metadata, tokenizer, out var template, out fault))
        {
            return false;
        }

        // What the template puts behind an answer that was given is what should end the next one.
        if (!template.TryRender([new(ChatRole.User, "a"), new(ChatRole.Assistant, Marker), new(ChatRole.User, "b")], out var rendered, out fault))
        {
            return false;
        }

        var after = new List<int>();
        tokenizer.Encode(rendered.AsSpan(rendered.LastIndexOf(Marker, StringComparison.Ordinal) + Marker.Length), after, parseSpecial: true, addSpecial: false);
        int? end = after.FindIndex(tokenizer.EndsGeneration) is var at and >= 0 ? after[at] : tokenizer.EndOfText;
        fault = end is null ? new EngineFault(EngineFaultKind.Unsupported, "The model has no token that ends an answer (tokenizer.ggml.eos_token_id). Choose a model for conversations.") : null;
        sequences = end is { } token ? new ChatSequences(tokenizer, template, contextLength, token) : null;
        return sequences is not null;
    }

    /// <summary>The tokens of a conversation up to where the next answer begins.</summary>
    public bool TryPrompt(IEnumerable<(TrainingRole Role, string Text)> turns, [NotNullWhen(true)] out List<int>? tokens, [NotNullWhen(false)] out EngineFault? fault)
    {
        tokens = null;
        var messages = turns.Select(static turn => new ChatMessage(RoleOf(turn.Role), turn.Text)).ToList();
        if (!_template.TryRender(messages, out var prompt, out fault))
        {
            return false;
        }

        tokens = [];
        _tokenizer.Encode(prompt, tokens, parseSpecial: true, addSpecial: true);
        return true;
    }

    /// <summary>The tokens of an answer and its end.</summary>
    /// <param name="text">The answer.</param>
    /// <param name="topic">Named first where the vocabulary has it; null for none.</param>
    public List<int> Answer(string text, string? topic)
    {
        var tokens = new List<int>();
        if (topic is not null && _tokenizer.Find(PromptLayout.TopicName(topic)) is { } named && _tokenizer.IsControl(named))
        {
            tokens.Add(named);
        }

        _tokenizer.Encode(PromptLayout.Answer(text), tokens, parseSpecial: false, addSpecial: false);
        tokens.Add(_end);
        return tokens;
    }

    /// <summary>Whether an example can be learned from, and how much of it.</summary>
    /// <param name="example">Any.</param>
    /// <param name="problem">What the template refuses; null when it does not.</param>
    public SequenceFit Check(TrainingExample example, out string? problem)
    {
        var turns = example.Turns.Select(static turn => (turn.Role, turn.Texts[0])).ToList();
        problem = null;
        if (turns[0].Role != TrainingRole.Text && !TryPrompt(turns[..^1], out _, out var fault))
        {
            problem = fault.Message;
            return SequenceFit.Nothing;
        }

        var (tokens, learned, dropped) = Fit(turns, example.Topic);
        return tokens.Count - learned > _contextLength - 1 ? SequenceFit.Nothing : dropped || tokens.Count > _contextLength + 1 ? SequenceFit.Cut : SequenceFit.Whole;
    }

    public TrainingSequence Build(TrainingExample example)
    {
        var random = new Xoshiro256(0);
        return Build(example, null, Augmentation.None, ref random);
    }

    public TrainingSequence Build(TrainingExample example, Augmenter? augmenter, Augmentation augmentation, ref Xoshiro256 random)
    {
        var turns = new List<(TrainingRole Role, string Text)>();
        foreach (var (role, texts) in example.Turns)
        {
            var text = augmenter is null || texts.Count == 1 ? texts[0] : Augmenter.Pick(texts, ref random);
            turns.Add((role, role == TrainingRole.User && augmenter is not null ? augmenter.Change(text, ref random) : text));
        }

        var (tokens, learned, _) = Fit(turns, example.Topic);
        var length = Math.Min(_contextLength, tokens.Count - 1);
        var targets = new int[length];
        var weights = new float[length];
        for (var i = 0; i < length; i++)
        {
            var counts = i + 1 >= tokens.Count - learned;
            (targets[i], weights[i]) = counts ? (tokens[i + 1], 1) : (PackedBatch.NoTarget, 0);
        }

        return new TrainingSequence([.. tokens.Take(length)], targets, weights);
    }

    private static ChatRole RoleOf(TrainingRole role) =>
        role == TrainingRole.User ? ChatRole.User : role == TrainingRole.Assistant ? ChatRole.Assistant : ChatRole.System;

    /// <summary>The tokens of a conversation without its oldest exchanges where it is too long, and how many at its end are learned.</summary>
    private (List<int> Tokens, int Learned, bool Dropped) Fit(List<(TrainingRole Role, string Text)> turns, string? topic)
    {
        var answer = Answer(turns[^1].Text, topic);
        if (turns[0].Role == TrainingRole.Text)
        {
            var text = new List<int>();
            if (_tokenizer is { AddsBeginOfText: true, BeginOfText: { } begin })
            {
                text.Add(begin);
            }

            return ([.. text, .. answer], answer.Count, false);
        }

        var first = turns[0].Role == TrainingRole.System ? 1 : 0;
        var dropped = false;
        while (true)
        {
            if (!TryPrompt(turns[..^1], out var prompt, out var fault))
            {
                throw new InvalidOperationException($"An example that was checked cannot be rendered: {fault.Message}");
            }

            if (prompt.Count + answer.Count <= _contextLength + 1 || turns.Count < first + 4)
            {
                return ([.. prompt, .. answer], answer.Count, dropped);
            }

            turns = [.. turns[..first], .. turns[(first + 2)..]];
            dropped = true;
        }
    }
}
