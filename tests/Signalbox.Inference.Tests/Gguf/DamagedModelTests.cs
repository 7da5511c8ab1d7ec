using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Signalbox.Inference.Adapters;
using Signalbox.Inference.ChatTemplates;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Tokenization;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Tests.Gguf;

/// <summary>Files that are sound GGUF and make no sense as a model: everything that reads one refuses it or works with it.</summary>
public sealed class DamagedModelTests
{
    private const int Files = 600;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly long[] Numbers = [0, 1, 2, 3, 5, 7, 8, 16, 17, 31, 63, 64, 100, 319, 320, 321, 4096, 1 << 20, int.MaxValue, uint.MaxValue, -1, long.MinValue];
    private static readonly float[] Fractions = [0, -1, 1e-30f, 1e30f, float.NaN, float.PositiveInfinity, float.NegativeInfinity];
    private static readonly string[] Texts = ["", "llama", "bert", "gpt2", "qwen2", "yarn", "longrope", "none", "{{ x", "{% for m in messages %}{{ m.content }}{% endfor %}", "\0"];

    [Fact]
    public void Models_that_make_no_sense_are_refused_or_run()
    {
        var sound = Sound();
        var (refused, ran) = (0, 0);
        using var pool = new WorkerPool(1);
        for (var seed = 0; seed < Files; seed++)
        {
            using var path = new TemporaryFile(".gguf");
            Assert.True(GgufFile.TryOpen(sound[seed % sound.Count].Path, out var from, out _));
            using (from)
            {
                Damage(from, path.Path, new Random(seed));
            }

            var watch = Stopwatch.StartNew();
            try
            {
                _ = Use(path.Path, pool, seed) ? ran++ : refused++;
            }
            catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
            {
                throw new InvalidOperationException($"seed {seed}", e);
            }

            Assert.True(watch.Elapsed < Patience, $"seed {seed} took {watch.Elapsed}");
        }

        sound.ForEach(file => file.Dispose());
        Assert.True(ran > Files / 20 && refused > Files / 4, $"{ran} ran, {refused} were refused");
    }

    private static List<TemporaryFile> Sound()
    {
        var small = new RandomModel { EmbeddingLength = 64, FeedForwardLength = 64, Layers = 1, VocabularySize = 320, ContextLength = 64 };
        return
        [
            RandomModels.Create(small),
            RandomModels.Create(small with { Architecture = "qwen2", Type = TensorType.Q8_0 }),
            RandomModels.Create(small with { Architecture = "gemma2", Type = TensorType.Q4_0 }),
            RandomModels.Create(small with { Architecture = "gemma", Type = TensorType.F16 }),
            RandomModels.Create(small with { Architecture = "phi3", Type = TensorType.BF16 }),
            RandomModels.Create(small with { Architecture = "bert", KeyValueHeads = 4 }),
        ];
    }

    /// <summary>One or two of: a key gone, another value or type, a tensor gone, of other sizes, of another type, of any bits.</summary>
    private static void Damage(GgufFile from, string path, Random random)
    {
        var keys = from.Metadata.Keys.Where(key => key is not "general.alignment").ToArray();
        var damaged = new Dictionary<string, int>();
        for (var rounds = random.Next(1, 3); rounds > 0; rounds--)
        {
            var isKey = random.Next(3) > 0;
            damaged[isKey ? keys[random.Next(keys.Length)] : from.Tensors[random.Next(from.Tensors.Count)].Name] = random.Next(8);
        }

        var writer = new GgufWriter();
        foreach (var key in keys)
        {
            from.Metadata.TryGetValue(key, out var value);
            if (!damaged.TryGetValue(key, out var how))
            {
                writer.Set(key, value);
            }
            else if (how > 0)
            {
                writer.Set(key, Replacement(value, how, random));
            }
        }

        foreach (var tensor in from.Tensors)
        {
            var how = damaged.TryGetValue(tensor.Name, out var found) ? found : -1;
            if (how != 0)
            {
                Add(writer, tensor, how, random);
            }
        }

        writer.WriteTo(path);
    }

    private static GgufValue Replacement(GgufValue value, int how, Random random)
    {
        var bytes = new byte[sizeof(ulong)];
        switch (how)
        {
            case 1:
                BinaryPrimitives.WriteSingleLittleEndian(bytes, Fractions[random.Next(Fractions.Length)]);
                return new GgufValue(GgufValueType.Float32, -1, bytes.AsMemory(0, sizeof(float)));
            case 2:
                var text = Encoding.UTF8.GetBytes(Texts[random.Next(Texts.Length)]);
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)text.Length);
                return new GgufValue(GgufValueType.String, -1, (byte[])[.. bytes, .. text]);
            case 3 when value.IsArray:
                // Fewer elements, where elements have one width.
                var count = value.Type == GgufValueType.String ? 0 : random.Next((int)value.Count);
                return new GgufValue(value.Type, count, value.Bytes[..(count * GgufValueTypes.Bytes(value.Type))]);
            case 4 when value.IsArray:
                var any = value.Bytes.ToArray();
                if (value.Type == GgufValueType.String)
                {
                    for (var at = 0; at < any.Length; at += sizeof(ulong) + (int)BinaryPrimitives.ReadUInt64LittleEndian(any.AsSpan(at)))
                    {
                        random.NextBytes(any.AsSpan(at + sizeof(ulong), (int)BinaryPrimitives.ReadUInt64LittleEndian(any.AsSpan(at))));
                    }
                }
                else
                {
                    random.NextBytes(any);
                }

                return new GgufValue(value.Type, value.Count, any);
            default:
                BinaryPrimitives.WriteInt64LittleEndian(bytes, Numbers[random.Next(Numbers.Length)]);
                return new GgufValue(GgufValueType.Int64, -1, bytes);
        }
    }

    private static void Add(GgufWriter writer, GgufTensor tensor, int how, Random random)
    {
        var type = how == 1 ? Enum.GetValues<TensorType>()[random.Next(8)] : tensor.Type;
        var sizes = tensor.Dimensions.ToArray();
        switch (how)
        {
            case 2: Array.Reverse(sizes); break;
            case 3: sizes[random.Next(sizes.Length)] = random.Next(1, 600); break;
            case 4: sizes = [.. sizes, random.Next(1, 4)]; break;
        }

        sizes[0] = Math.Max(1, sizes[0] / TensorTypes.BlockValues(type)) * TensorTypes.BlockValues(type);
        var bytes = new byte[sizes.Skip(1).Aggregate(TensorTypes.RowBytes(type, sizes[0]), (product, size) => product * size)];
        random.NextBytes(bytes);
        if (how < 5)
        {
            Copy(tensor, bytes);
        }

        writer.Add(tensor.Name, type, sizes, stream => stream.Write(bytes));
    }

    private static unsafe void Copy(GgufTensor tensor, byte[] to) =>
        new ReadOnlySpan<byte>(tensor.Data, (int)Math.Min(tensor.ByteCount, to.Length)).CopyTo(to);

    /// <summary>Everything that reads a model; false where one of them refuses it.</summary>
    private static bool Use(string path, WorkerPool pool, int seed)
    {
        Assert.True(GgufFile.TryOpen(path, out var file, out var fault), fault?.Message);
        using (file)
        {
            _ = LoraAdapter.TryOpen(path, file, out var adapter, out _);
            adapter?.Dispose();
            var hasTokenizer = Tokenizer.TryCreate(file.Metadata, out var tokenizer, out fault);
            Assert.True(hasTokenizer || fault?.Message.Length > 0, $"seed {seed}: no words for a refused tokenizer");
            if (hasTokenizer)
            {
                var tokens = new List<int>();
                tokenizer!.Encode("The sun, 12 o'clock: \u2600\uFE0F <s>", tokens, parseSpecial: true, addSpecial: true);
                Assert.All(tokens, token => Assert.InRange(token, 0, tokenizer.VocabularySize - 1));
                tokens.ForEach(token => tokenizer.BytesOf(token));
                _ = ChatTemplate.TryCreate(file.Metadata, tokenizer, out _, out _);
            }

            if (!LanguageModel.TryLoad(file, pool, 8, out var model, out fault))
            {
                Assert.NotEqual("", fault.Message);
                return false;
            }

            using (model)
            {
                using var cache = new KvCache(model.Config, Math.Min(8, model.Config.ContextLength), model.Config.IsEncoder ? KvCacheType.F32 : KvCacheType.F16);
                var batch = new Batch(8);
                batch.Add(cache, cache.Capacity > 1 ? [0, model.Config.VocabularySize - 1] : [0], model.Config.IsEncoder ? LogitsWanted.None : LogitsWanted.All, []);
                model.Forward(batch, TestContext.Current.CancellationToken);
                return hasTokenizer;
            }
        }
    }
}
