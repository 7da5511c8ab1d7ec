using System.Buffers.Binary;
using System.Diagnostics;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Quantization;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Gguf;

public sealed unsafe class FuzzedFileTests
{
    private const int Files = 1_000;

    /// <summary>What opening may allocate: a multiple of the file, and what one fault and the runtime's file handles take.</summary>
    private const int CapPerByte = 32;
    private const int CapFixed = 64 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly ulong[] Lengths =
    [
        0, 1, 2, 31, 33, 255, 65_535, 65_536, int.MaxValue, 1UL << 31, uint.MaxValue, 1UL << 32, 1UL << 61, 1UL << 62, long.MaxValue, 1UL << 63, ulong.MaxValue - 31, ulong.MaxValue,
    ];

    [Fact]
    public void A_thousand_damaged_files_end_in_a_fault_or_are_read_whole_within_the_cap()
    {
        var sound = Sound();
        var (opened, refused) = (0, 0);
        for (var seed = 0; seed < Files; seed++)
        {
            var bytes = Mutate(sound[seed % sound.Count], new Random(seed));
            using var path = new TemporaryFile(".gguf");
            File.WriteAllBytes(path.Path, bytes);
            var watch = Stopwatch.StartNew();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var isOpen = GgufFile.TryOpen(path.Path, out var file, out var fault);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= CapFixed + ((long)CapPerByte * bytes.Length), $"seed {seed}: {allocated} bytes for a file of {bytes.Length}");
            if (isOpen)
            {
                using (file)
                {
                    ReadAll(file!, bytes.Length, seed);
                }

                opened++;
            }
            else
            {
                Assert.False(string.IsNullOrWhiteSpace(fault!.Message));
                refused++;
            }

            Assert.True(watch.Elapsed < Patience, $"seed {seed} took {watch.Elapsed}");
        }

        Assert.True(opened > 50 && refused > 500, $"{opened} opened, {refused} refused: the damage is too small or too large to test anything");
    }

    [Fact]
    public void As_many_and_as_small_entries_as_a_file_can_hold_stay_within_the_cap()
    {
        const int Count = GgufReader.MaximumEntries;
        var bytes = GgufBytes.Header(Count, Count);
        for (var i = 0; i < Count; i++)
        {
            bytes.Text($"{i:X4}").U32((uint)GgufValueType.UInt8).Raw([1]);
        }

        for (var i = 0; i < Count; i++)
        {
            bytes.Tensor($"{i:X4}", (uint)TensorType.F32, (ulong)i * 32, 1);
        }

        using var path = new TemporaryFile(".gguf");
        var content = bytes.PadTo(32).Zeros(Count * 32).ToArray();
        File.WriteAllBytes(path.Path, content);

        // The infos alone, whose data is missing: what is allocated before that is seen must be paid for by the infos.
        var infos = content.Length - (Count * 32);
        File.WriteAllBytes(path.Path, content.AsSpan(0, infos));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(GgufFile.TryOpen(path.Path, out _, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, CapFixed + ((long)CapPerByte * infos));

        File.WriteAllBytes(path.Path, content);
        before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(GgufFile.TryOpen(path.Path, out var file, out var fault), fault?.Message);
        file.Dispose();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, CapFixed + ((long)CapPerByte * content.Length));
    }

    private static List<byte[]> Sound()
    {
        var models = new List<RandomModel>
        {
            new() { Type = TensorType.Q8_0 },
            new() { Architecture = "qwen2", Type = TensorType.F16 },
            new() { Architecture = "gemma2", Type = TensorType.Q4_0 },
            new() { Architecture = "bert", KeyValueHeads = 4, Type = TensorType.BF16 },
            new() { Architecture = "phi3", EmbeddingLength = 256, FeedForwardLength = 256, Layers = 1, Type = TensorType.Q4_K, Types = new Dictionary<string, TensorType> { ["output.weight"] = TensorType.Q6_K, ["ffn_down.weight"] = TensorType.Q5_K } },
        };
        return models.ConvertAll(model =>
        {
            using var path = RandomModels.Create(model with { EmbeddingLength = Math.Max(32, model.EmbeddingLength / 2 / 32 * 32 * (model.Type == TensorType.Q4_K ? 2 : 1)), Layers = 1, VocabularySize = 300 });
            return File.ReadAllBytes(path.Path);
        });
    }

    /// <summary>One to three of: bits flipped, cut off, a length replaced, a piece taken out, doubled or copied elsewhere; mostly before the data.</summary>
    private static byte[] Mutate(byte[] sound, Random random)
    {
        var bytes = sound.ToList();
        var header = Math.Min(bytes.Count, 12_000);
        for (var rounds = random.Next(1, 4); rounds > 0 && bytes.Count > 64; rounds--)
        {
            var limit = Math.Min(bytes.Count, random.Next(4) == 0 ? bytes.Count : random.Next(2) == 0 ? header : 600) - 16;
            var at = random.Next(4, limit);
            var length = random.Next(1, Math.Min(64, bytes.Count - at));
            switch (random.Next(7))
            {
                case 0 or 1:
                    for (var flips = random.Next(1, 9); flips > 0; flips--)
                    {
                        bytes[random.Next(4, limit)] ^= (byte)(1 << random.Next(8));
                    }

                    break;
                case 2:
                    bytes = bytes[..random.Next(8, bytes.Count)];
                    break;
                case 3:
                    var field = new byte[sizeof(ulong)];
                    BinaryPrimitives.WriteUInt64LittleEndian(field, random.Next(3) == 0 ? (ulong)random.Next(bytes.Count * 2) : Lengths[random.Next(Lengths.Length)]);
                    for (var i = 0; i < (random.Next(2) == 0 ? 4 : 8); i++)
                    {
                        bytes[at + i] = field[i];
                    }

                    break;
                case 4: bytes.RemoveRange(at, length); break;
                case 5: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 6: bytes.InsertRange(random.Next(4, limit), bytes.GetRange(at, length)); break;
            }
        }

        return [.. bytes];
    }

    private static void ReadAll(GgufFile file, int fileBytes, int seed)
    {
        foreach (var key in file.Metadata.Keys)
        {
            Assert.True(file.Metadata.TryGetValue(key, out _));
            var read = file.Metadata.TryGetString(key, out _) | file.Metadata.TryGetInt(key, out _) | file.Metadata.TryGetFloat(key, out _) | file.Metadata.TryGetBool(key, out _)
                | file.Metadata.TryGetInts(key, out _) | file.Metadata.TryGetFloats(key, out _) | file.Metadata.TryGetStrings(key, out _);
            Assert.True(read || file.Metadata.TryGetValue(key, out var value) && (value.Type is GgufValueType.UInt64 or GgufValueType.UInt32 or GgufValueType.Int64 or GgufValueType.Bool), $"seed {seed}: {key}");
        }

        var total = 0L;
        foreach (var tensor in file.Tensors)
        {
            var row = new float[tensor.Columns];
            var rowBytes = (int)TensorTypes.RowBytes(tensor.Type, tensor.Columns);
            for (var i = 0L; i < tensor.Rows; i++)
            {
                Quantizer.Dequantize(tensor.Type, new ReadOnlySpan<byte>(tensor.Data + (i * rowBytes), rowBytes), row);
            }

            Assert.Equal(tensor.ByteCount, tensor.Rows * rowBytes);
            total += tensor.ByteCount;
        }

        Assert.True(total <= fileBytes, $"seed {seed}: tensors of {total} bytes in a file of {fileBytes}");
    }
}
