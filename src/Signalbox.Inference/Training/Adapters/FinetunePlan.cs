using System.Globalization;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Training.Corpora;
using Signalbox.Inference.Training.Optimization;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Inference.Training.Adapters;

/// <summary>A base and its examples, checked and ready to train. The base's file is closed.</summary>
internal sealed class FinetunePlan
{
    private FinetunePlan(FinetuneOptions options, ModelShape shape, ChatSequences sequences, IReadOnlyList<TrainingExample> examples)
    {
        (Options, Shape, Source) = (options, shape, options.Describe());
        (Training, Validation) = ValidationSplit.Take(examples, options.ValidationShare, (ulong)options.Seed);
        Batches = new BatchBuilder(Training, sequences, new BatchOptions(options.PassTokens, (ulong)options.Seed, Balance: 0, options.Augmentation));
        ValidationBatches = BatchBuilder.Pack(Validation.Select(sequences.Build), options.PassTokens);
    }

    public FinetuneOptions Options { get; }

    /// <summary>Of the base; its context is at most the tokens of a pass.</summary>
    public ModelShape Shape { get; }

    /// <summary>All that decides the result.</summary>
    public byte[] Source { get; }

    public IReadOnlyList<TrainingExample> Training { get; }

    public IReadOnlyList<TrainingExample> Validation { get; }

    public BatchBuilder Batches { get; }

    public IReadOnlyList<PackedBatch> ValidationBatches { get; }

    /// <summary>Steps of the whole run.</summary>
    public long Steps => Math.Max(1, (long)Math.Round(Batches.EpochBatches * Options.Epochs / Options.Accumulation));

    /// <summary>Steps of an epoch.</summary>
    public long EpochSteps => Math.Max(1, Batches.EpochBatches / Options.Accumulation);

    /// <param name="options">The fine-tune.</param>
    /// <param name="problems">What of base or data cannot be used.</param>
    /// <param name="warnings">What of the data is used in part, or not.</param>
    /// <returns>Null with problems.</returns>
    public static FinetunePlan? Create(FinetuneOptions options, out IReadOnlyList<string> problems, out IReadOnlyList<string> warnings)
    {
        warnings = [];
        if (!GgufFile.TryOpen(options.Base, out var file, out var fault))
        {
            problems = [fault.Message];
            return null;
        }

        using (file)
        {
            if (!FrozenModel.TryReadShape(file, out var shape, out fault)
                || !ChatSequences.TryCreate(file.Metadata, Math.Min(shape.ContextLength, options.PassTokens), out var sequences, out fault))
            {
                problems = [fault.Message];
                return null;
            }

            if (options.Full && (file.Find("output.weight") is not null || !ModelParameters.Of(shape).All(spec => file.Find(spec.Name) is { } tensor && tensor.Rows == spec.Rows && tensor.Columns == spec.Columns)))
            {
                problems = [$"{options.Base} has an output matrix of its own or lacks tensors; training in 32 bits is for whole models whose output is their embedding. Use --bits 4."];
                return null;
            }

            var corpus = CorpusReader.Read(options.Data, out problems, keepSystem: true);
            var examples = problems.Count == 0 ? Usable(corpus.Examples, sequences, options.PassTokens, out problems, out warnings) : [];
            if (problems.Count > 0)
            {
                return null;
            }

            var plan = new FinetunePlan(options, shape with { ContextLength = Math.Min(shape.ContextLength, options.PassTokens) }, sequences, examples);
            warnings = [.. warnings, .. plan.TooShort];
            return plan;
        }
    }

    private IEnumerable<string> TooShort => Steps >= TrainingRun.FewSteps ? [] :
        [string.Create(CultureInfo.InvariantCulture, $"the run has only {Steps} {(Steps == 1 ? "step" : "steps")}, in which a model learns next to nothing: raise --epochs ({Options.Epochs}), lower --batch-tokens ({Options.BatchTokens}), or give more examples.")];

    private static List<TrainingExample> Usable(
        IReadOnlyList<TrainingExample> all, ChatSequences sequences, int passTokens, out IReadOnlyList<string> problems, out IReadOnlyList<string> warnings)
    {
        var (usable, found, cut, left) = (new List<TrainingExample>(), new List<string>(), new List<string>(), new List<string>());
        foreach (var example in all)
        {
            var fit = sequences.Check(example, out var problem);
            if (problem is not null)
            {
                found.Add($"the model's chat template refuses {Quote(example)}: {problem}");
            }
            else if (fit == SequenceFit.Nothing)
            {
                left.Add(Quote(example));
            }
            else
            {
                usable.Add(example);
                cut.AddRange(fit == SequenceFit.Cut ? [Quote(example)] : []);
            }
        }

        var said = new List<string>();
        if (cut.Count > 0)
        {
            said.Add($"{Count(cut)} longer than a pass or the model's context and lose old turns or the end of the answer (first: {cut[0]}); raise --pass-tokens above {passTokens}, or shorten them.");
        }

        if (left.Count > 0)
        {
            said.Add($"{Count(left)} left out, because the question alone fills a pass or the model's context (first: {left[0]}); raise --pass-tokens above {passTokens}, or shorten them.");
        }

        if (found.Count == 0 && usable.Count == 0)
        {
            found.Add($"no example fits {passTokens} tokens; raise --pass-tokens, or shorten the examples.");
        }

        (problems, warnings) = (found, said);
        return usable;

        static string Count(List<string> examples) => examples.Count == 1 ? "1 example is" : $"{examples.Count} examples are";

        static string Quote(TrainingExample example) => example.Turns[Math.Max(0, example.Turns.Count - 2)].Texts[0] is { Length: > 60 } text ? $"\"{text[..60]}...\"" : $"\"{example.Turns[Math.Max(0, example.Turns.Count - 2)].Texts[0]}\"";
    }
}
