using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Signalbox.Inference.Kernels.Rows;

/// <summary>The 12 packed bytes of a Q4_K or Q5_K block: 8 scales and 8 minima of 6 bits.</summary>
internal static unsafe class KQuantScales
{
    /// <summary>The scales of sub-blocks 0..7, a byte each, and the minima likewise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Unpack(byte* packed, out ulong minima)
    {
        uint first = Unsafe.ReadUnaligned<uint>(packed);
        uint second = Unsafe.ReadUnaligned<uint>(packed + 4);
        uint third = Unsafe.ReadUnaligned<uint>(packed + 8);
        uint highMinima = ((third >> 4) & 0x0F0F0F0F) | ((second >> 2) & 0x30303030);
        uint highScales = (third & 0x0F0F0F0F) | ((first >> 2) & 0x30303030);
        minima = (second & 0x3F3F3F3F) | ((ulong)highMinima << 32);
        return (first & 0x3F3F3F3F) | ((ulong)highScales << 32);
    }

    /// <summary>8 bytes as words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Words(ulong bytes) => Vector128.WidenLower(Vector128.CreateScalar(bytes).AsByte()).AsInt16();
}
