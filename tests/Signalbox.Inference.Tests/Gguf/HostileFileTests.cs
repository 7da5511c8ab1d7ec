using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Gguf;

public sealed class HostileFileTests
{
    private const ulong Huge = ulong.MaxValue;

    [Fact]
    public void A_file_that_is_not_there_is_a_fault_that_names_it()
    {
        Assert.False(GgufFile.TryOpen("/nowhere/model.gguf", out _, out var fault));
        Assert.Contains("/nowhere/model.gguf", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_a_fault()
    {
        Assert.False(GgufFile.TryOpen(Path.GetTempPath(), out _, out var fault));
        Assert.Contains("is a folder", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_is_a_fault() => Says(new GgufBytes(), "is empty");

    [Fact]
    public void Another_format_is_a_fault() => Says(new GgufBytes().Raw("PK\x03\x04 and more"u8), "is not a GGUF file");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void Other_versions_are_not_supported(int version) =>
        Says(GgufBytes.Header(0, 0, (uint)version), "versions 2 and 3", EngineFaultKind.Unsupported);

    [Fact]
    public void A_file_for_big_endian_machines_is_named_as_such() =>
        Says(GgufBytes.Header(0, 0, 3u << 24), "big-endian", EngineFaultKind.Unsupported);

    [Fact]
    public void Version_2_is_read()
    {
        Assert.True(OpenedBytes.TryOpen(GgufBytes.Header(0, 1, version: 2).Key("a", 7).ToArray(), out var file, out _));
        using (file)
        {
            Assert.True(file.Metadata.TryGetInt("a", out var value));
            Assert.Equal(7, value);
        }
    }

    [Theory]
    [InlineData(Huge, 0)]
    [InlineData(0, Huge)]
    [InlineData(1UL << 63, 1UL << 32)]
    public void More_tensors_or_keys_than_any_model_has_are_refused(ulong tensors, ulong keys) => Says(GgufBytes.Header(tensors, keys), "at most 65536");

    [Theory]
    [InlineData(Huge)]
    [InlineData(1UL << 63)]
    [InlineData(1UL << 31)]
    [InlineData(100)]
    public void A_text_longer_than_the_file_is_a_fault(ulong length)
    {
        Says(GgufBytes.Header(0, 1).U64(length).Raw("abc"u8), "ends inside key 0");
        Says(GgufBytes.Header(0, 1).Text("k").U32((uint)GgufValueType.String).U64(length).Raw("abc"u8), "the text of \"k\"");
        Says(GgufBytes.Header(1, 0).U64(length).Raw("abc"u8), "the name of tensor 0");
    }

    [Theory]
    [InlineData(Huge)]
    [InlineData(1UL << 62)]
    [InlineData((1UL << 62) + 1)]
    [InlineData(1000)]
    public void An_array_longer_than_the_file_is_a_fault(ulong count)
    {
        foreach (var type in Enum.GetValues<GgufValueType>().Where(type => type != GgufValueType.Array))
        {
            Says(GgufBytes.Header(0, 1).Array("k", (uint)type, count).Zeros(32), "ends inside");
        }
    }

    [Fact]
    public void An_array_of_arrays_is_a_fault() => Says(GgufBytes.Header(0, 1).Array("k", (uint)GgufValueType.Array, 1).U32(4).U64(1).U32(1), "value type 9 inside an array");

    [Fact]
    public void A_value_type_that_does_not_exist_is_a_fault() => Says(GgufBytes.Header(0, 1).Text("k").U32(13).Zeros(64), "value type 13");

    [Fact]
    public void An_empty_key_is_a_fault() => Says(GgufBytes.Header(0, 1).Key("", 1), "key 0 has 0 bytes");

    [Fact]
    public void A_key_that_is_there_twice_is_a_fault() => Says(GgufBytes.Header(0, 2).Key("k", 1).Key("k", "x"), "\"k\" is there twice");

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(uint.MaxValue)]
    public void An_alignment_that_is_no_power_of_two_is_a_fault(uint alignment) => Says(GgufBytes.Header(0, 1).Key("general.alignment", alignment), "not a power of two");

    [Fact]
    public void An_alignment_that_is_no_number_is_a_fault() => Says(GgufBytes.Header(0, 1).Key("general.alignment", "32"), "not a power of two");

    [Fact]
    public void An_alignment_beyond_the_file_is_a_fault_where_there_are_tensors() =>
        Says(GgufBytes.Header(1, 1).Key("general.alignment", 1u << 31).Tensor("t", 0, 0, 1).PadTo(32).Zeros(32), "the data of \"t\"");

    [Fact]
    public void One_part_of_several_is_refused() => Says(GgufBytes.Header(0, 1).Key("split.count", 3), "one of 3 parts", EngineFaultKind.Unsupported);

    [Theory]
    [InlineData(3u, "Q4_1")]
    [InlineData(23u, "IQ4_XS")]
    [InlineData(5u, "5 (unknown)")]
    [InlineData(uint.MaxValue, "4294967295 (unknown)")]
    public void A_type_that_is_not_supported_is_named_with_those_that_are(uint type, string name)
    {
        var fault = Says(GgufBytes.Header(1, 0).Tensor("t", type, 0, 256).PadTo(32).Zeros(1024), $"has the type {name}", EngineFaultKind.Unsupported);
        Assert.Contains("F32, F16, Q4_0, Q8_0, Q4_K, Q5_K, Q6_K, BF16", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new ulong[0], "0 dimensions")]
    [InlineData(new ulong[] { 1, 1, 1, 1, 1 }, "5 dimensions")]
    [InlineData(new ulong[] { 0 }, "impossible sizes")]
    [InlineData(new ulong[] { 4, 0 }, "impossible sizes")]
    [InlineData(new[] { Huge }, "impossible sizes")]
    [InlineData(new ulong[] { 1UL << 63, 2 }, "impossible sizes")]
    [InlineData(new ulong[] { 1UL << 32, 1UL << 32 }, "impossible sizes")]
    [InlineData(new ulong[] { 1UL << 16, 1UL << 16, 1UL << 16, 1UL << 16 }, "impossible sizes")]
    [InlineData(new ulong[] { 1UL << 62 }, "the data of \"t\"")]
    [InlineData(new ulong[] { 64, 64 }, "the data of \"t\"")]
    public void Sizes_that_cannot_be_are_a_fault(ulong[] sizes, string says) => Says(GgufBytes.Header(1, 0).Tensor("t", 0, 0, sizes).PadTo(32).Zeros(256), says);

    [Theory]
    [InlineData((int)TensorType.Q4_0, 33)]
    [InlineData((int)TensorType.Q8_0, 16)]
    [InlineData((int)TensorType.Q4_K, 128)]
    public void A_row_that_is_not_whole_blocks_is_a_fault(int type, int columns) =>
        Says(GgufBytes.Header(1, 0).Tensor("t", (uint)type, 0, (ulong)columns, 2).PadTo(32).Zeros(1024), "not a multiple");

    [Fact]
    public void A_tensor_that_is_there_twice_is_a_fault() =>
        Says(GgufBytes.Header(2, 0).Tensor("t", 0, 0, 8).Tensor("t", 0, 32, 8).PadTo(32).Zeros(64), "\"t\" is there twice");

    [Fact]
    public void A_name_of_64_bytes_is_a_fault() => Says(GgufBytes.Header(1, 0).Tensor(new string('n', 64), 0, 0, 8).PadTo(32).Zeros(64), "has 64 bytes");

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(Huge)]
    public void A_tensor_that_does_not_start_where_the_one_before_ends_is_a_fault(ulong offset) =>
        Says(GgufBytes.Header(2, 0).Tensor("a", 0, 0, 8).Tensor("b", 0, offset, 8).PadTo(32).Zeros(128), "instead of 32");

    [Fact]
    public void Control_characters_of_a_name_do_not_reach_the_message() =>
        Says(GgufBytes.Header(1, 0).Tensor("a\n\u001b[31m", 99, 0, 8).PadTo(32).Zeros(64), "\"a??[31m\"", EngineFaultKind.Unsupported);

    [Fact]
    public void The_padding_after_the_last_tensor_may_be_missing()
    {
        var bytes = GgufBytes.Header(1, 0).Tensor("t", 0, 0, 1).PadTo(32).U32(0x3F800000).ToArray();
        Assert.True(OpenedBytes.TryOpen(bytes, out var file, out _));
        file.Dispose();
        Assert.False(OpenedBytes.TryOpen(bytes.AsSpan(0, bytes.Length - 1), out _, out var fault));
        Assert.Contains("the data of \"t\"", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_cut_off_anywhere_is_a_fault()
    {
        using var path = RandomModels.Create(new RandomModel { EmbeddingLength = 32, FeedForwardLength = 32, Layers = 1, VocabularySize = 300 });
        var bytes = File.ReadAllBytes(path.Path);
        var random = new Random(1);
        for (var length = 0; length < bytes.Length; length += random.Next(1, 200))
        {
            Assert.False(OpenedBytes.TryOpen(bytes.AsSpan(0, length), out _, out var fault), $"opened with {length} of {bytes.Length} bytes");
            Assert.Equal(EngineFaultKind.InvalidFile, fault.Kind);
        }
    }

    private static EngineFault Says(GgufBytes bytes, string fragment, EngineFaultKind kind = EngineFaultKind.InvalidFile)
    {
        var fault = OpenedBytes.Fault(bytes);
        Assert.Contains(fragment, fault.Message, StringComparison.Ordinal);
        Assert.Equal(kind, fault.Kind);
        return fault;
    }
}
