using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Runtime.InteropServices;
using Signalbox.Inference.Sampling;

namespace Signalbox.Inference.Training.Corpora;

/// <summary>How batches are made.</summary>
/// <param name="BatchTokens">Most tokens of a batch.</param>
/// <param name="Seed">Decides the order and every change of a question.</param>
/// <param name="Balance">
/// 0: every example once an epoch; 1: every topic comes as often as the median topic, its examples repeated or, others each epoch, left out; between: in between.
/// </param>
/// <param name="Augmentation">How questions change.</param>
internal sealed record BatchOptions(int BatchTokens, ulong Seed, double Balance, Augmentation Augmentation);

/// <summary>
/// Batches of a corpus without end: each epoch shuffles all examples, changes their questions anew, and packs sequences so that batches are about
/// equally full. Where it is can be saved and restored exactly.
/// </summary>
internal sealed class BatchBuilder
{
    private const int Version = 2;
    private const int FingerprintLength = 16;
    private const int StateLength = 4 + 8 + 4 + FingerprintLength;

    /// <summary>Sequences among which one is looked for that still fits a batch.</summary>
    private const int Window = 64;

    /// <summary>Of the questions that get an earlier exchange: those that get a second one.</summary>
    private const double SecondExchange = 0.3;

    private readonly IReadOnlyList<TrainingExample> _examples;
    private readonly ISequenceBuilder _sequences;
    private readonly BatchOptions _options;
    private readonly Augmenter _augmenter;
    private readonly double[] _copies;
    private readonly Dictionary<string, Augmentation> _augmentations;
    private readonly byte[] _fingerprint;
    private List<PackedBatch> _batches = [];
    private long _planned = -1;

    /// <param name="examples">At least one.</param>
    /// <param name="sequences">Makes sequences of them.</param>
    /// <param name="options">How.</param>
    public BatchBuilder(IReadOnlyList<TrainingExample> examples, ISequenceBuilder sequences, BatchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfZero(examples.Count);
        _examples = examples;
        _sequences = sequences;
        _options = options;
        _augmenter = new Augmenter(options.Augmentation);
        var counts = examples.Where(static example => example.Topic is not null).CountBy(static example => example.Topic!).ToDictionary();
        var median = counts.Values.Order().ElementAtOrDefault(counts.Count / 2);
        _copies = [.. examples.Select(example => example.Topic is null ? 1 : Copies(counts[example.Topic], median, options.Balance))];
        _augmentations = counts.ToDictionary(static topic => topic.Key, topic => EvenlyCut(options.Augmentation, topic.Value * Copies(topic.Value, median, options.Balance), median));
        _fingerprint = Fingerprint();
    }

    /// <summary>Epochs that are done.</summary>
    public long Epoch { get; private set; }

    /// <summary>Batches of this epoch that were given.</summary>
    public int Position { get; private set; }

    /// <summary>Batches of this epoch.</summary>
    public int EpochBatches
    {
        get
        {
            Plan();
            return _batches.Count;
        }
    }

    public PackedBatch Next()
    {
        Plan();
        var batch = _batches[Position++];
        if (Position == _batches.Count)
        {
            Position = 0;
            Epoch++;
        }

        return batch;
    }

    /// <summary>Where it is, for a checkpoint.</summary>
    public byte[] SaveState()
    {
        var state = new byte[StateLength];
        BinaryPrimitives.WriteInt32LittleEndian(state, Version);
        BinaryPrimitives.WriteInt64LittleEndian(state.AsSpan(4), Epoch);
        BinaryPrimitives.WriteInt32LittleEndian(state.AsSpan(12), Position);
        _fingerprint.CopyTo(state, 16);
        return state;
    }

    /// <summary>Goes on where a state was saved.</summary>
    /// <param name="state">From <see cref="SaveState"/>.</param>
    /// <param name="problem">The corpus, the vocabulary or the options are others than then.</param>
    public bool TryRestore(ReadOnlySpan<byte> state, [NotNullWhen(false)] out string? problem)
    {
        problem = state.Length != StateLength || BinaryPrimitives.ReadInt32LittleEndian(state) != Version
            ? "the checkpoint's place in the data was written by another version; train from the start."
            : !state[16..].SequenceEqual(_fingerprint)
                ? "the corpus, the vocabulary or the way batches are made has changed since the checkpoint, so the run cannot go on exactly; undo the change or train from the start."
                : null;
        if (problem is not null)
        {
            return false;
        }

        Epoch = BinaryPrimitives.ReadInt64LittleEndian(state[4..]);
        Position = BinaryPrimitives.ReadInt32LittleEndian(state[12..]);
        return true;
    }

    /// <summary>Packs sequences in their order, as many a batch as fit.</summary>
    /// <param name="sequences">Any.</param>
    /// <param name="batchTokens">Most tokens of a batch; a longer sequence is a batch by itself.</param>
    public static List<PackedBatch> Pack(IEnumerable<TrainingSequence> sequences, int batchTokens)
    {
        var batches = new List<PackedBatch>();
        var waiting = new LinkedList<TrainingSequence>();
        using var source = sequences.GetEnumerator();
        while (Fill(waiting, source))
        {
            var taken = new List<TrainingSequence>();
            var left = batchTokens;
            for (var node = waiting.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.Length <= left || taken.Count == 0)
                {
                    taken.Add(node.Value);
                    left -= node.Value.Length;
                    waiting.Remove(node);
                    Fill(waiting, source);
                    next ??= waiting.Last;
                }

                node = next;
            }

            batches.Add(Concatenate(taken));
        }

        return batches;
    }

    private static bool Fill(LinkedList<TrainingSequence> waiting, IEnumerator<TrainingSequence> source)
    {
        while (waiting.Count < Window && source.MoveNext())
        {
            waiting.AddLast(source.Current);
        }

        return waiting.Count > 0;
    }

    private static PackedBatch Concatenate(List<TrainingSequence> sequences)
    {
        var starts = new int[sequences.Count + 1];
        for (var i = 0; i < sequences.Count; i++)
        {
            starts[i + 1] = starts[i] + sequences[i].Length;
        }

        return new PackedBatch(
            [.. sequences.SelectMany(static sequence => sequence.Tokens)],
            [.. sequences.SelectMany(static sequence => sequence.Targets)],
            [.. sequences.SelectMany(static sequence => sequence.Weights)],
            starts);
    }

    private void Plan()
    {
        if (_planned == Epoch)
        {
            return;
        }

        var order = new Xoshiro256(Seed(Epoch, -1));
        var indexes = new List<(int Example, int Copy)>();
        for (var i = 0; i < _examples.Count; i++)
        {
            var copies = (int)_copies[i] + (order.NextDouble() < _copies[i] - (int)_copies[i] ? 1 : 0);
            indexes.AddRange(Enumerable.Range(0, copies).Select(copy => (i, copy)));
        }

        for (var i = indexes.Count - 1; i > 0; i--)
        {
            var other = (int)(order.NextDouble() * (i + 1));
            (indexes[i], indexes[other]) = (indexes[other], indexes[i]);
        }

        _batches = Pack(indexes.Select(index =>
        {
            var random = new Xoshiro256(Seed(Epoch, index.Example + (long)index.Copy * _examples.Count));
            var example = _examples[index.Example];
            var augmentation = example.Topic is null ? _options.Augmentation : _augmentations[example.Topic];
            return _sequences.Build(PutEarlier(example, indexes, ref random), _augmenter, augmentation, ref random);
        }), _options.BatchTokens);
        _planned = Epoch;
    }

    /// <summary>
    /// An example as it is, or with other examples before its first question. A model that sees history only before follow-ups learns that a
    /// conversation never changes its topic.
    /// </summary>
    private TrainingExample PutEarlier(TrainingExample example, List<(int Example, int Copy)> epoch, ref Xoshiro256 random)
    {
        var share = _options.Augmentation.EarlierExchanges;
        if (share <= 0 || !IsConversation(example) || example.Turns.Count >= PromptLayout.KeptTurns || random.NextDouble() >= share)
        {
            return example;
        }

        var turns = new List<TrainingTurn>(example.Turns);
        do
        {
            var earlier = _examples[Augmenter.Pick(epoch, ref random).Example];
            turns.InsertRange(0, IsConversation(earlier) ? earlier.Turns : []);
        }
        while (random.NextDouble() < SecondExchange && turns.Count < PromptLayout.KeptTurns);
        return example with { Turns = turns };
    }

    private static bool IsConversation(TrainingExample example) => example.Turns is [{ Role: TrainingRole.User }, .., { Role: TrainingRole.Assistant }];

    private ulong Seed(long epoch, long example) =>
        new Xoshiro256(new Xoshiro256(_options.Seed ^ (ulong)epoch * 0xD1B54A32D192ED03).Next() + (ulong)(example + 1) * 0x9E3779B97F4A7C15).Next();

    /// <summary>How often an example of a topic with so many comes in an epoch.</summary>
    private static double Copies(int count, int median, double balance) => Math.Pow((double)median / count, balance);

    /// <summary>Cuts more answers of topics that come often and fewer of those that come seldom, so that each is learned whole about equally often.</summary>
    private static Augmentation EvenlyCut(Augmentation augmentation, double count, int median) =>
        augmentation.CutAnswers == 0 ? augmentation : augmentation with { CutAnswers = Math.Max(0, 1 - (1 - augmentation.CutAnswers) * median / count) };

    private byte[] Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var example in _examples)
        {
            var sequence = _sequences.Build(example);
            hash.AppendData(MemoryMarshal.AsBytes(sequence.Tokens.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(sequence.Weights.AsSpan()));
        }

        hash.AppendData(BitConverter.GetBytes(_options.BatchTokens));
        hash.AppendData(BitConverter.GetBytes(_options.Seed));
        hash.AppendData(BitConverter.GetBytes(_options.Balance));
        return hash.GetHashAndReset()[..FingerprintLength];
    }
}
