using System.Runtime.Intrinsics;
using Signalbox.Inference.Kernels;

namespace Signalbox.Inference.Tests.Kernels;

public sealed unsafe class HalfBitsTests
{
    [Fact]
    public void Every_finite_half_widens_to_its_value()
    {
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var half = (ushort)bits;
            var value = (float)BitConverter.UInt16BitsToHalf(half);
            if (float.IsFinite(value))
            {
                Assert.Equal(value, HalfBits.ToSingle((byte*)&half));
                Assert.Equal(value, HalfBits.ToSingle(Vector128.Create((short)half)).GetElement(bits % 8));
                Assert.Equal(value, HalfBits.Broadcast((byte*)&half).GetElement(bits % 8));
            }
        }
    }

    [Fact]
    public void Rounding_to_half_is_that_of_the_framework()
    {
        var random = new Random(1);
        for (var i = 0; i < 2_000_000; i++)
        {
            // Any bits, then numbers near the halves and the middles between them.
            var value = (i % 3) switch
            {
                0 => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)),
                1 => (float)BitConverter.UInt16BitsToHalf((ushort)random.Next(65536)) + MathF.ScaleB(random.Next(-4, 5), random.Next(-30, 10)),
                _ => MathF.ScaleB(random.Next(-8192, 8193), random.Next(-40, 6)),
            };
            var expected = (float)(Half)value;
            var actual = HalfBits.Round(value);
            if (expected != actual && !(float.IsNaN(expected) && float.IsNaN(actual)))
            {
                Assert.Fail($"{value:R} became {actual:R} instead of {expected:R}");
            }
        }
    }
}
