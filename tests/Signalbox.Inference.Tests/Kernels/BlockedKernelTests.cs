using Signalbox.Inference.Gguf;
using Signalbox.Inference.Kernels.Blocked;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Threading;

namespace Signalbox.Inference.Tests.Kernels;

public sealed unsafe class BlockedKernelTests
{
    public static TheoryData<int> Types => [.. Enum.GetValues<TensorType>().Select(type => (int)type)];

    /// <summary>All scales are powers of two and all sums stay below 2^24, so that no order of adding up rounds anything.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void Without_rounding_every_size_equals_the_scalar_reference(int type)
    {
        using var pool = new WorkerPool(2);
        var random = new Random(type);
        int block = TensorTypes.BlockValues((TensorType)type);
        for (int rows = 1; rows <= 67; rows++)
        {
            int tokens = 1 + (rows * 29) % 67;
            int columns = block == 1 ? random.Next(1, 300) : block * random.Next(1, 800 / block + 1);
            using var product = new BlockedCase((TensorType)type, rows, tokens, columns, random, exact: true);
            product.Run(pool);
            Assert.Equal(product.Expected(), product.Actual());
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Few_tokens_and_few_rows_equal_the_scalar_reference(int type)
    {
        using var pool = new WorkerPool(1);
        var random = new Random(type);
        int columns = Math.Max(32, TensorTypes.BlockValues((TensorType)type));
        for (int tokens = 1; tokens <= 17; tokens++)
        {
            foreach (int rows in (ReadOnlySpan<int>)[1, 15, 16, 17, 31, 32, 33])
            {
                using var product = new BlockedCase((TensorType)type, rows, tokens, columns, random, exact: true);
                product.Run(pool);
                Assert.Equal(product.Expected(), product.Actual());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Arbitrary_scales_differ_from_the_scalar_reference_by_rounding_only(int type)
    {
        using var pool = new WorkerPool(2);
        var random = new Random(type);
        foreach ((int rows, int tokens, int columns) in ((int, int, int)[])[(32, 8, 5632), (41, 13, 2048), (67, 5, 1024), (3, 30, 1280)])
        {
            using var product = new BlockedCase((TensorType)type, rows, tokens, columns, random, exact: false);
            product.Run(pool);
            float[] expected = product.Expected();
            float[] actual = product.Actual();
            float largest = expected.Max(MathF.Abs);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], actual[i], 1e-5f * largest);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_token_has_the_same_sums_in_any_batch(int type)
    {
        using var pool = new WorkerPool(2);
        using var whole = new BlockedCase((TensorType)type, 48, 19, 1024, new Random(type), exact: false);
        whole.Run(pool);
        float[] all = whole.Actual();
        whole.Input.Rows = 7;
        whole.Input.Changed();
        whole.Run(pool);
        Assert.Equal(all.AsSpan(0, 7 * 48), whole.Actual().AsSpan(0, 7 * 48));
    }

    [Fact]
    public void Products_of_one_group_may_have_different_types_and_sizes()
    {
        using var pool = new WorkerPool(3);
        var random = new Random(7);
        TensorType[] types = [TensorType.Q4_0, TensorType.F16, TensorType.Q6_K, TensorType.Q8_0, TensorType.F32];
        BlockedCase[] cases = [.. types.Select((type, i) => new BlockedCase(type, 20 + 23 * i, 21, 512, random, exact: true))];
        foreach (BlockedCase other in cases)
        {
            new Span<float>(cases[0].Input.Values, 21 * 512).CopyTo(new Span<float>(other.Input.Values, 21 * 512));
            other.Input.Changed();
        }

        BlockedProduct.Run(pool, cases[0].Input, cases.Select(each => each.Product).ToArray());
        foreach (BlockedCase each in cases)
        {
            Assert.Equal(each.Expected(), each.Actual());
            each.Dispose();
        }
    }

    [Fact]
    public void A_product_allocates_nothing()
    {
        using var pool = new WorkerPool(1);
        using var product = new BlockedCase(TensorType.Q4_K, 40, 9, 512, new Random(1), exact: false);
        product.Run(pool);
        long before = GC.GetAllocatedBytesForCurrentThread();
        product.Run(pool);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
