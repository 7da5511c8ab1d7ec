using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Gguf;

public sealed class GgufMetadataTests
{
    [Fact]
    public void Integers_of_any_width_convert()
    {
        var bytes = GgufBytes.Header(0, 8)
            .Text("u8").U32(0).Raw([255])
            .Text("i8").U32(1).Raw([255])
            .Text("u16").U32(2).Raw([255, 255])
            .Text("i16").U32(3).Raw([255, 255])
            .Text("u32").U32(4).U32(uint.MaxValue)
            .Text("i32").U32(5).U32(uint.MaxValue)
            .Text("u64").U32(10).U64(long.MaxValue)
            .Text("i64").U32(11).U64(ulong.MaxValue);
        using var file = Open(bytes);
        Assert.Equal([255L, -1, 65535, -1, 4294967295, -1, long.MaxValue, -1], file.Metadata.Keys.Select(key => file.Metadata.TryGetInt(key, out var value) ? value : throw new InvalidOperationException(key)));
    }

    [Fact]
    public void A_number_too_large_to_convert_counts_as_absent()
    {
        using var file = Open(GgufBytes.Header(0, 2).Text("a").U32(10).U64(1UL << 63).Array("b", 4, 2).U32(1).U32(uint.MaxValue));
        Assert.False(file.Metadata.TryGetInt("a", out _));
        Assert.False(file.Metadata.TryGetInts("b", out _));
    }

    [Fact]
    public void A_value_of_another_type_counts_as_absent()
    {
        using var file = Open(GgufBytes.Header(0, 3).Key("number", 3).Key("text", "x").Array("array", 4, 1).U32(9));
        Assert.False(file.Metadata.TryGetString("number", out _));
        Assert.False(file.Metadata.TryGetBool("number", out _));
        Assert.False(file.Metadata.TryGetFloat("number", out _));
        Assert.False(file.Metadata.TryGetInts("number", out _));
        Assert.False(file.Metadata.TryGetInt("text", out _));
        Assert.False(file.Metadata.TryGetStrings("text", out _));
        Assert.False(file.Metadata.TryGetInt("array", out _));
        Assert.False(file.Metadata.TryGetFloats("array", out _));
        Assert.False(file.Metadata.TryGetInt("nothing", out _));
    }

    [Fact]
    public void Tokens_keep_bytes_that_are_no_text()
    {
        using var file = Open(GgufBytes.Header(0, 1).Array("k", 8, 3).Text([0xFF, 0xFE]).Text([]).Text("é"));
        Assert.True(file.Metadata.TryGetStrings("k", out var strings));
        Assert.Equal([[0xFF, 0xFE], [], [0xC3, 0xA9]], strings);
    }

    [Fact]
    public void Metadata_is_still_there_when_the_file_is_closed()
    {
        var file = Open(GgufBytes.Header(0, 1).Key("k", "still"));
        file.Dispose();
        Assert.True(file.Metadata.TryGetString("k", out var value));
        Assert.Equal("still", value);
    }

    [Fact]
    public void A_copy_has_every_pair_but_those_set_before()
    {
        using var source = new TemporaryFile(".gguf");
        using var copy = new TemporaryFile(".gguf");
        new GgufWriter().Set("a", "old").Set("b", 1.5f).Set("c", [1, -2]).Set("d", [0.5f]).Set("e", ["x", ""]).Set("f", true).Set("general.alignment", 64u).WriteTo(source.Path);
        using (var from = Open(source.Path))
        {
            new GgufWriter().Set("a", "new").CopyMetadata(from.Metadata).Add("t", TensorType.F32, [1], stream => stream.Write(new byte[4])).WriteTo(copy.Path);
        }

        using var file = Open(copy.Path);
        Assert.True(file.Metadata.TryGetString("a", out var a) && a == "new");
        Assert.True(file.Metadata.TryGetFloat("b", out var b) && b == 1.5f);
        Assert.True(file.Metadata.TryGetInts("c", out var c) && c is [1, -2]);
        Assert.True(file.Metadata.TryGetFloats("d", out var d) && d is [0.5f]);
        Assert.True(file.Metadata.TryGetStrings("e", out var e) && e is [[(byte)'x'], []]);
        Assert.True(file.Metadata.TryGetBool("f", out var f) && f);
        Assert.Equal(0, file.FileBytes % 64);
    }

    [Fact]
    public void A_failed_write_leaves_nothing_behind()
    {
        using var path = new TemporaryFile(".gguf");
        var writer = new GgufWriter().Add("t", TensorType.F32, [8], stream => stream.Write(new byte[31]));
        Assert.Throws<InvalidOperationException>(() => writer.WriteTo(path.Path));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(path.Path)!, Path.GetFileName(path.Path) + "*"));
    }

    private static GgufFile Open(GgufBytes bytes)
    {
        Assert.True(OpenedBytes.TryOpen(bytes.ToArray(), out var file, out var fault), fault?.Message);
        return file;
    }

    private static GgufFile Open(string path)
    {
        Assert.True(GgufFile.TryOpen(path, out var file, out var fault), fault?.Message);
        return file;
    }
}
