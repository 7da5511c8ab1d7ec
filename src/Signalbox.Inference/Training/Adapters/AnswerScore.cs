using Signalbox.Inference.Adapters;
using Signalbox.Inference.Training.Corpora;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Training.Adapters;

/// <summary>What a model makes of one question.</summary>
/// <param name="Loss">Minus the log likelihood of the reference and its end, per token of these; of several references, of the likeliest.</param>
/// <param name="Same">Whether the greedy answer is the reference, or one of them.</param>
/// <param name="Overlap">F1 of the words of both, from 0 to 1; of several references, with the nearest.</param>
internal readonly record struct AnswerScore(double Loss, bool Same, double Overlap);

/// <summary>Asks a model, with or without an adapter, the questions of a held-out set.</summary>
/// <param name="model">Loaded with batches of <see cref="BatchTokens"/>.</param>
/// <param name="sequences">Of the same file.</param>
/// <param name="adapters">Of every question.</param>
internal sealed class AnswerScorer(LanguageModel model, ChatSequences sequences, IReadOnlyList<ActiveAdapter> adapters)
{
    public const int BatchTokens = 512;

    private readonly Batch _batch = new(BatchTokens);

    /// <param name="question">With its references, each of which fits <see cref="BatchTokens"/> (see <see cref="ChatSequences.Check"/>).</param>
    /// <param name="answers">Whether to let the model answer; otherwise only the loss is measured.</param>
    /// <param name="cancel">Looked at before each token.</param>
    public AnswerScore Score(HeldOutQuestion question, bool answers, CancellationToken cancel)
    {
        using var cache = new KvCache(model.Config, (2 * BatchTokens + 255) / 256 * 256, KvCacheType.F32);
        var readings = new List<Reading>();
        foreach (var reference in question.References)
        {
            cache.Truncate(0);
            readings.Add(Read(cache, sequences.Build(reference), cancel));
        }

        var loss = readings.Min(static reading => reading.Loss);

        // Where every token was the likeliest, the model says just this.
        if (readings.Any(static reading => reading.IsGreedy))
        {
            return new AnswerScore(loss, true, 1);
        }

        if (!answers)
        {
            return new AnswerScore(loss, false, double.NaN);
        }

        // All references have the same prompt.
        var said = Answer(cache, readings[^1].Prompt, readings[^1].First, Math.Min(2 * readings.Max(static reading => reading.Learned) + 16, BatchTokens), cancel);
        var right = question.References.Select(static reference => PromptLayout.Answer(reference.Turns[^1].Texts[0])).ToList();
        return new AnswerScore(loss, right.Contains(said), right.Max(reference => Overlap(said, reference)));
    }

    private Reading Read(KvCache cache, TrainingSequence sequence, CancellationToken cancel)
    {
        var prompt = Array.FindIndex(sequence.Targets, static target => target != PackedBatch.NoTarget) + 1;
        Pass(cache, sequence.Tokens, LogitsWanted.All, cancel);
        var (loss, hits, best) = (0.0, 0, -1);
        for (var i = prompt - 1; i < sequence.Length; i++)
        {
            var logits = model.Logits(i);
            var target = sequence.Targets[i];
            loss += LogSum(logits) - logits[target];
            var likeliest = Best(logits);
            best = best < 0 ? likeliest : best;
            hits += likeliest == target ? 1 : 0;
        }

        var learned = sequence.Length - prompt + 1;
        return new Reading(loss / learned, learned, prompt, best, hits == learned);
    }

    /// <summary>F1 of two texts' words, in lower case without punctuation, each as often as it is there.</summary>
    public static double Overlap(string said, string reference)
    {
        var (a, b) = (Words(said), Words(reference));
        var left = b.CountBy(static word => word).ToDictionary();
        var common = 0;
        foreach (var word in a)
        {
            if (left.GetValueOrDefault(word) > 0)
            {
                left[word]--;
                common++;
            }
        }

        return a.Count + b.Count == 0 ? 1 : 2.0 * common / (a.Count + b.Count);

        static List<string> Words(string text) =>
            [.. new string([.. text.ToLowerInvariant().Select(static c => char.IsLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }

    private string Answer(KvCache cache, int prompt, int first, int most, CancellationToken cancel)
    {
        cache.Truncate(prompt);
        var bytes = new List<byte>();
        var next = first;
        for (var i = 0; i < most && !sequences.Tokenizer.EndsGeneration(next) && next != sequences.End; i++)
        {
            if (!sequences.Tokenizer.IsControl(next))
            {
                bytes.AddRange(sequences.Tokenizer.BytesOf(next));
            }

            Pass(cache, [next], LogitsWanted.Last, cancel);
            next = Best(model.Logits(0));
        }

        return PromptLayout.Answer(System.Text.Encoding.UTF8.GetString([.. bytes]));
    }

    private void Pass(KvCache cache, ReadOnlySpan<int> tokens, LogitsWanted wanted, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        _batch.Clear();
        _batch.Add(cache, tokens, wanted, adapters);
        model.Forward(_batch, cancel);
    }

    /// <summary>What a model makes of one reference.</summary>
    /// <param name="Loss">Per learned token.</param>
    /// <param name="Learned">Tokens of the answer and its end.</param>
    /// <param name="Prompt">Tokens before it.</param>
    /// <param name="First">The likeliest first token of an answer.</param>
    /// <param name="IsGreedy">Whether each token of the reference is the likeliest.</param>
    private readonly record struct Reading(double Loss, int Learned, int Prompt, int First, bool IsGreedy);

    private static double LogSum(ReadOnlySpan<float> logits)
    {
        var most = logits[Best(logits)];
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - most);
        }

        return most + Math.Log(sum);
    }

    private static int Best(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            best = logits[i] > logits[best] ? i : best;
        }

        return best;
    }
}
